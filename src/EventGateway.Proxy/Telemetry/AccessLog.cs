using System.Buffers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EventGateway.Proxy.Telemetry;

/// <summary>
/// Writes one JSON object a line, on a thread of its own behind a bounded queue. The line is made by the request, where what it says is at hand; the
/// request never waits for the disk: when that is slower than the traffic, lines are dropped and counted.
/// </summary>
internal sealed partial class AccessLog : BackgroundService
{
    /// <summary>
    /// How long lines gather before they are written. Waking for each line would cost every request a switch of threads and a system call; in
    /// this time the queue takes in what a million requests a second would write.
    /// </summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(20);

    /// <summary>How long the end of the process waits for a disk that does not take the last lines.</summary>
    private static readonly TimeSpan DrainBound = TimeSpan.FromSeconds(5);

    /// <summary>A thread keeps its buffer for the next line unless a line was as long as this.</summary>
    private const int MaxKeptBytes = 16 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _line;

    private readonly string _target;
    private readonly ILogger<AccessLog> _logger;
    private readonly ProxyMetrics _metrics;
    private readonly Stream? _output;
    private readonly AccessLogFile? _file;
    private readonly AccessLogQueue _lines = new();
    private bool _isFailing;

    /// <exception cref="IOException">The file cannot be opened for appending.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be opened for appending.</exception>
    public AccessLog(ProxyOptions options, ProxyMetrics metrics, TimeProvider time, ILogger<AccessLog> logger)
    {
        _target = options.AccessLog;
        _metrics = metrics;
        _logger = logger;
        if (_target == "-")
        {
            _output = Console.OpenStandardOutput();
        }
        else if (_target != "off")
        {
            _file = new AccessLogFile(_target, time);
        }
    }

    public bool IsOn => _output is not null || _file is not null;

    public void Write(in AccessLogEntry entry)
    {
        var line = _line ??= new ArrayBufferWriter<byte>(1024);
        AccessLogLine.Write(line, entry);
        if (!_lines.TryAdd(line.WrittenSpan))
        {
            _metrics.OnLogLineDropped();
        }

        if (line.Capacity > MaxKeptBytes)
        {
            _line = null;
        }

        line.ResetWrittenCount();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // The server stops first; what is queued is all there will be. It is written even when the host has run out of patience with
        // requests, so the bound is not the host's.
        _lines.Complete();
        using var bound = new CancellationTokenSource(DrainBound, TimeProvider.System);
        if (ExecuteTask is { } writing)
        {
            await Task.WhenAny(writing, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, bound.Token));
        }

        await base.StopAsync(bound.Token);
    }

    public override void Dispose()
    {
        _output?.Dispose();
        _file?.Dispose();
        base.Dispose();
    }

    // Ends when the queue is completed and empty, not by the token: a cancelled loop would lose what is queued.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => IsOn
        ? Task.Factory.StartNew(WriteAll, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
        : Task.CompletedTask;

    private void WriteAll()
    {
        while (_lines.TakeAll(Gathering) is { Count: > 0 } pieces)
        {
            foreach (var piece in pieces)
            {
                Write(piece);
                _lines.Return(piece);
            }
        }
    }

    private void Write(ArraySegment<byte> piece)
    {
        try
        {
            _file?.Write(piece);
            _output?.Write(piece);
            _output?.Flush();
            _isFailing = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_isFailing)
            {
                LogCannotWrite(e, _target);
            }

            _isFailing = true;
        }
    }

    [LoggerMessage(5001, LogLevel.Error, "The access log {Target} cannot be written; its lines are lost until it can")]
    private partial void LogCannotWrite(Exception e, string target);
}
