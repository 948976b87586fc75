using System.Collections.Concurrent;
using EventGateway.Proxy.Tls;
using Microsoft.Extensions.Logging;

namespace EventGateway.Proxy.Upstreams;

/// <summary>Tells of connections to upstreams that failed in TLS: each is counted, and of those to one endpoint for one reason a line is written every ten seconds.</summary>
internal sealed partial class UpstreamTlsFaults(TlsMetrics metrics, TimeProvider time, ILogger<UpstreamTlsFaults> logger)
{
    private const int MaxKnown = 1024;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(string Endpoint, string Reason), long> _told = new();

    public void Report(string endpoint, string serverName, string reason, string detail)
    {
        metrics.OnUpstreamFailed(reason);
        var key = (endpoint, reason);
        if (_told.TryGetValue(key, out var told) && time.GetElapsedTime(told) < Quiet)
        {
            return;
        }

        if (_told.Count >= MaxKnown)
        {
            _told.Clear();
        }

        _told[key] = time.GetTimestamp();
        LogFault(endpoint, serverName, reason, detail);
    }

    [LoggerMessage(5150, LogLevel.Warning, "No TLS to upstream {Endpoint}, asked for as '{ServerName}': {Reason} ({Detail}); requests to it are answered with 502, connections of stream ports are closed")]
    private partial void LogFault(string endpoint, string serverName, string reason, string detail);
}
