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

    /// <summary>How long the end of the process waits for a disk that does not take the last lines.</summary>
    private static readonly TimeSpan DrainBound = TimeSpan.FromSeconds(5);

    private readonly string _target;
    private readonly ILogger<AccessLog> _logger;
    private readonly ProxyMetrics _metrics;
    private readonly Channel<AccessLogEntry>? _lines;
    private readonly Stream? _output;

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

        _output = _target == "-" ? Console.OpenStandardOutput() : new FileStream(_target, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 64 * 1024);
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
        var failing = false;
        while (await _lines.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (buffer.WrittenCount < 48 * 1024 && _lines.Reader.TryRead(out var entry))
            {
                AccessLogLine.Write(json, entry);
                json.Flush();
                buffer.Write("\n"u8);
                json.Reset();
            }

            try
            {
                await _output!.WriteAsync(buffer.WrittenMemory, CancellationToken.None);
                await _output.FlushAsync(CancellationToken.None);
                failing = false;
            }
            catch (IOException e)
            {
                if (!failing)
                {
                    LogCannotWrite(e, _target);
                }

                failing = true;
            }

            buffer.ResetWrittenCount();
        }
    }

    [LoggerMessage(5001, LogLevel.Error, "The access log {Target} cannot be written; its lines are lost until it can")]
    private partial void LogCannotWrite(Exception e, string target);
}
