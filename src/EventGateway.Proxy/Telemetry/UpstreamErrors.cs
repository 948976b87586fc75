using EventGateway.Core.Log;
using Prometheus;
using Yarp.ReverseProxy.Forwarder;

namespace EventGateway.Proxy.Telemetry;

/// <summary>Counts what went wrong with upstreams, by a few reasons that tell where to look. What clients broke off is none of it.</summary>
internal sealed class UpstreamErrors(ProxyMetrics metrics) : IMetricSource
{
    private const string NoEndpoint = "no_endpoint";

    private readonly Counter _errors = Metrics.WithCustomRegistry(metrics.Registry).CreateCounter(
        "eventgateway_upstream_errors_total", "Requests that an upstream did not serve to their end.", ["workspace", "reason"]);

    public void OnNoEndpoint(LogName log) => _errors.WithLabels(log.Workspace, NoEndpoint).Inc();

    /// <param name="exception">Null: nothing more is known.</param>
    public void OnError(LogName log, ForwarderError error, Exception? exception)
    {
        if (ReasonOf(error, exception) is { } reason)
        {
            _errors.WithLabels(log.Workspace, reason).Inc();
        }
    }

    /// <returns>Null: not the upstream's.</returns>
    internal static string? ReasonOf(ForwarderError error, Exception? exception) => error switch
    {
        ForwarderError.NoAvailableDestinations => NoEndpoint,
        ForwarderError.RequestTimedOut => "timeout",
        ForwarderError.Request => Of((exception as HttpRequestException)?.HttpRequestError),
        ForwarderError.RequestBodyDestination => "request_body",
        ForwarderError.ResponseHeaders => "protocol",
        ForwarderError.ResponseBodyDestination => "response_body",
        ForwarderError.UpgradeRequestDestination or ForwarderError.UpgradeResponseDestination => "upgrade",
        _ => null,
    };

    private static string Of(HttpRequestError? error) => error switch
    {
        HttpRequestError.NameResolutionError => "dns",
        HttpRequestError.ConnectionError => "connect",
        HttpRequestError.SecureConnectionError => "tls",
        HttpRequestError.ResponseEnded => "closed",
        HttpRequestError.HttpProtocolError or HttpRequestError.InvalidResponse or HttpRequestError.VersionNegotiationError or HttpRequestError.ConfigurationLimitExceeded => "protocol",
        _ => "other",
    };
}
