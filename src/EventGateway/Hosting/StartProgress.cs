using System.Runtime;
using EventGateway.Proxy.Telemetry;

namespace EventGateway.Hosting;

/// <summary>Tells in the log how far a start is, until the process is ready: a long replay must not look like a hanging one.</summary>
internal sealed partial class StartProgress(IGatewayState state, TimeProvider time, ILogger<StartProgress> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = time.GetTimestamp();
        var told = (At: started, Text: "");

        // Nothing of a replay is garbage and nobody waits for an answer yet: background collections would only copy it about.
        var latencyMode = GCSettings.LatencyMode;
        GCSettings.LatencyMode = GCLatencyMode.Batch;
        try
        {
            while (state.Readiness is { IsReady: false } readiness)
            {
                var text = string.Join("; ", readiness.Reasons);
                var since = time.GetElapsedTime(told.At);
                if (text != told.Text && since >= Interval || since >= RepeatAfter)
                {
                    NotReady(text);
                    told = (time.GetTimestamp(), text);
                }

                await Task.Delay(CheckInterval, time, stoppingToken);
            }

            var logs = state.Logs;
            Ready(logs.Count, logs.Sum(l => l.Image.Count), time.GetElapsedTime(started).TotalMilliseconds);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
        finally
        {
            GCSettings.LatencyMode = latencyMode;
        }
    }

    [LoggerMessage(6010, LogLevel.Information, "Not ready yet: {Reasons}")]
    private partial void NotReady(string reasons);

    [LoggerMessage(6011, LogLevel.Information, "Ready: {Logs} logs with {Entities} entities, {Milliseconds:0} ms after the start")]
    private partial void Ready(int logs, int entities, double milliseconds);
}
