using EventGateway.Core.Loading;

namespace EventGateway.Proxy.Telemetry;

/// <summary>The state of a process that follows logs.</summary>
internal sealed class LoaderGatewayState(ConfigLoader loader) : IGatewayState
{
    public Readiness Readiness => loader.Readiness;

    public IReadOnlyList<LogStatus> Logs => loader.Statuses;

    public string Source => loader.Source;

    public bool IsConnected => loader.IsConnected;
}
