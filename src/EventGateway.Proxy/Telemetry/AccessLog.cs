using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EventGateway.Proxy.Telemetry;

/// <summary>
/// Writes one JSON object a line, on a thread of its own behind a bounded queue. Requests never wait for it: when the disk is slower than
/// the traffic, lines are dropped and counted.
/// </summary>
internal sealed partial class AccessLog : BackgroundService
{
    private const int Capacity = 16 * 1024;
    private const int PieceBytes = 48 * 1024;

    /// <summary>
    /// How long lines gather before they are written. Waking for each line would cost every request a switch of threads and a system call; in
    /// this time the queue takes in what 800,000 requests a second would write.
    /// </summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(20);

    /// <summary>How long the end of the process waits for a disk that does not take the last lines.</summary>
    private static readonly TimeSpan DrainBound = TimeSpan.FromSeconds(5);

    private readonly string _target;
    private readonly ILogger<AccessLog> _logger;
    private readonly ProxyMetrics _metrics;
    private readonly Channel<AccessLogEntry>? _lines;
    private readonly Stream? _output;
    private readonly CancellationTokenSource _ending = new();
    private bool _isFailing;

    /// <exception cref="IOException">The file cannot be opened for appending.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be opened for appending.</exception>
    public AccessLog(ProxyOptions options, ProxyMetrics metrics, ILogger<AccessLog> logger)
    {
        _target = options.AccessLog;
        _metrics = metrics;
        _logger = logger;
        if (_target == "off")
        {
            return;
        }

        _output = _target == "-" ? Console.OpenStandardOutput() : new FileStream(_target, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        _lines = Channel.CreateBounded<AccessLogEntry>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    }

    public bool IsOn => _lines is not null;

    public void Write(AccessLogEntry entry)
    {
        if (!_lines!.Writer.TryWrite(entry))
        {
            _metrics.OnLogLineDropped();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // The server stops first; what is queued is all there will be. It is written even when the host has run out of patience with
        // requests, so the bound is not the host's.
        _lines?.Writer.TryComplete();
        await _ending.CancelAsync();
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
        _ending.Dispose();
        base.Dispose();
    }

    // Ends when the queue is completed and empty, not by the token: a cancelled loop would lose what is queued.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_lines is null)
        {
            return;
        }

        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        while (await _lines.Reader.WaitToReadAsync(CancellationToken.None))
        {
            await Task.Delay(Gathering, TimeProvider.System, _ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (_lines.Reader.TryRead(out var entry))
            {
                AccessLogLine.Write(json, entry);
                json.Flush();
                buffer.Write("\n"u8);
                json.Reset();
                if (buffer.WrittenCount >= PieceBytes)
                {
                    await WriteAsync(buffer);
                }
            }

            await WriteAsync(buffer);
        }
    }

    private async Task WriteAsync(ArrayBufferWriter<byte> buffer)
    {
        try
        {
            await _output!.WriteAsync(buffer.WrittenMemory, CancellationToken.None);
            await _output.FlushAsync(CancellationToken.None);
            _isFailing = false;
        }
        catch (IOException e)
        {
            if (!_isFailing)
            {
                LogCannotWrite(e, _target);
            }

            _isFailing = true;
        }

        buffer.ResetWrittenCount();
    }

    [LoggerMessage(5001, LogLevel.Error, "The access log {Target} cannot be written; its lines are lost until it can")]
    private partial void LogCannotWrite(Exception e, string target);
}
