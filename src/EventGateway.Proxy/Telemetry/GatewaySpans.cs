using System.Diagnostics;

namespace EventGateway.Proxy.Telemetry;

/// <summary>
/// Where all spans of the data plane come from: one per request, one per attempt at an upstream, one per change set. Whoever exports
/// listens to <see cref="SourceName"/> and sets <see cref="ProxyOptions.IsTraced"/>.
/// </summary>
public static class GatewaySpans
{
    public const string SourceName = "EventGateway.Proxy";

    internal static readonly ActivitySource Source = new(SourceName, GatewayVersion.Text);
}
