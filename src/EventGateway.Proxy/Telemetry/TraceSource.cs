using System.Diagnostics;

namespace EventGateway.Proxy.Telemetry;

/// <summary>
/// Where all spans of the data plane come from: one per request, one per attempt at an upstream, one per change set. Whoever exports
/// listens to <see cref="Name"/> and sets <see cref="ProxyOptions.IsTraced"/>.
/// </summary>
public static class TraceSource
{
    public const string Name = "EventGateway.Proxy";

    internal static readonly ActivitySource Spans = new(Name, GatewayVersion.Text);
}
