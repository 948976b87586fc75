using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>Makes the probe that a backend asks for.</summary>
internal static class Probes
{
    public static IProbe Create(LogName log, BackendRules rules, ProbeClients clients)
    {
        var (backend, active) = (rules.Backend!, rules.Active!);
        return active.Type switch
        {
            HealthCheckType.Tcp => new TcpProbe(),
            HealthCheckType.Http => new HttpProbe("http", backend.HostHeader, active, clients.Get(ProbeTls.None)),
            HealthCheckType.Https => new HttpProbe("https", ProbeTls.ServerNameOf(backend, active), active, clients.Get(ProbeTls.Of(log, backend, active))),
            HealthCheckType.Grpc => new GrpcProbe("http", backend.HostHeader, active, clients.Get(ProbeTls.None)),
            _ => new GrpcProbe("https", ProbeTls.ServerNameOf(backend, active), active, clients.Get(ProbeTls.Of(log, backend, active))),
        };
    }
}
