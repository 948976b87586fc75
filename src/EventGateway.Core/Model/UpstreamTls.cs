namespace EventGateway.Core.Model;

/// <summary>TLS towards the endpoints of a https or grpcs backend.</summary>
public sealed record UpstreamTls
{
    /// <summary>Whether the endpoint's certificate is verified; as in Kong not by default.</summary>
    public bool Verify { get; init; }

    /// <summary>Longest chain between the endpoint's certificate and a CA; 0: any.</summary>
    public int VerifyDepth { get; init; }

    /// <summary>CAs that are trusted, as PEM; "": those of the machine.</summary>
    public string CaPem { get; init; } = "";

    /// <summary>Server name asked for and verified; "": the Host sent upstream, or the endpoint's own name.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>Key of a certificate of the same log that the gateway shows; null: none.</summary>
    public EntityKey? ClientCertificate { get; init; }

    internal IEnumerable<ConfigProblem> Validate()
    {
        if (VerifyDepth is < 0 or > 100)
        {
            yield return new ConfigProblem("tls.verifyDepth", $"{VerifyDepth} is out of range; use 0 (any) to 100");
        }

        if (CaPem.Length > 0 && !CaPem.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal))
        {
            yield return new ConfigProblem("tls.caPem", "no PEM certificate found");
        }

        if (ServerName.Length > 0 && Uri.CheckHostName(ServerName) != UriHostNameType.Dns)
        {
            yield return new ConfigProblem("tls.serverName", $"'{ServerName}' is not a DNS name");
        }

        if (ClientCertificate is { } key && key.Kind != EntityKind.Certificate)
        {
            yield return new ConfigProblem("tls.clientCertificate", $"'{key}' does not name a certificate");
        }
    }
}
