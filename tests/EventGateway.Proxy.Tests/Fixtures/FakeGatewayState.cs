using EventGateway.Core.Loading;
using EventGateway.Proxy.Telemetry;

namespace EventGateway.Proxy.Tests.Fixtures;

internal sealed class FakeGatewayState : IGatewayState
{
    public Readiness Readiness { get; set; } = Readiness.Ready;

    public IReadOnlyList<LogStatus> Logs { get; set; } = [];

    public string Source { get; set; } = "embedded";

    public bool IsConnected { get; set; } = true;
}
