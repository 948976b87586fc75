using EventGateway.TestKit.Processes;

namespace EventGateway.Benchmarks.Load;

/// <summary>Where a peer listens on the loopback address. 0: it does not.</summary>
internal sealed record PeerPorts(int Http, int Https, int H2c)
{
    public static PeerPorts Take() => new(FreePorts.Take(), FreePorts.Take(), FreePorts.Take());

    public int Of(FrontPort port) => port switch
    {
        FrontPort.Http => Http,
        FrontPort.Https => Https,
        _ => H2c,
    };
}
