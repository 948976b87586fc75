using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>How probes speak TLS; those that speak it alike share a client.</summary>
/// <param name="Log">Whose certificate is shown; null: none is.</param>
/// <param name="Settings">Without a server name: that is the probe's Host.</param>
internal sealed record ProbeTls(LogName? Log, UpstreamTls Settings)
{
    /// <summary>For probes without TLS.</summary>
    public static readonly ProbeTls None = new(null, new UpstreamTls());

    /// <summary>As the backend speaks it, but that the check has its own word on verifying.</summary>
    public static ProbeTls Of(LogName log, Backend backend, ActiveCheck active)
    {
        var tls = backend.Tls ?? None.Settings;
        var settings = active.VerifyCertificate ? tls with { Verify = true, ServerName = "" } : new UpstreamTls { ClientCertificate = tls.ClientCertificate };
        return new ProbeTls(tls.ClientCertificate is null ? null : log, settings);
    }

    /// <summary>What is asked for as server name, verified, and sent as Host: the client takes the one from the other. "": the endpoint's address.</summary>
    public static string ServerNameOf(Backend backend, ActiveCheck active) => (active.ServerName, backend.Tls?.ServerName) switch
    {
        ({ Length: > 0 } own, _) => own,
        (_, { Length: > 0 } name) => name,
        _ => backend.HostHeader,
    };
}
