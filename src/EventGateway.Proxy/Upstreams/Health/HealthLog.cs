using Microsoft.Extensions.Logging;

namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>One line for each endpoint that goes out or comes back; a storm of them is cut short, and says so. Owns a lock.</summary>
internal sealed partial class HealthLog(ILogger logger, TimeProvider time)
{
    private const int LinesPerWindow = 20;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private long _windowStart;
    private int _lines = -1;

    public void OnFlip(string backend, string endpoint, bool isHealthy, string reason)
    {
        if (!MayWrite())
        {
            return;
        }

        if (isHealthy)
        {
            LogHealthy(backend, endpoint, reason);
        }
        else
        {
            LogUnhealthy(backend, endpoint, reason);
        }
    }

    private bool MayWrite()
    {
        lock (_lock)
        {
            if (_lines < 0 || time.GetElapsedTime(_windowStart) >= Window)
            {
                if (_lines > LinesPerWindow)
                {
                    LogSuppressed(_lines - LinesPerWindow);
                }

                _windowStart = time.GetTimestamp();
                _lines = 0;
            }

            return ++_lines <= LinesPerWindow;
        }
    }

    [LoggerMessage(5120, LogLevel.Warning, "Backend {Backend}: endpoint {Endpoint} takes no more requests: {Reason}.")]
    private partial void LogUnhealthy(string backend, string endpoint, string reason);

    [LoggerMessage(5121, LogLevel.Information, "Backend {Backend}: endpoint {Endpoint} takes requests again: {Reason}.")]
    private partial void LogHealthy(string backend, string endpoint, string reason);

    [LoggerMessage(5122, LogLevel.Warning, "{Count} more changes of endpoints' health were not logged one by one.")]
    private partial void LogSuppressed(int count);
}
