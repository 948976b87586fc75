namespace EventGateway.TestKit.Kubernetes;

/// <summary>Somebody a cluster knows, by a bearer token or by a client certificate (PEM).</summary>
public sealed record ClusterUser(string Name)
{
    public string? Token { get; init; }

    public string? Certificate { get; init; }

    public string? CertificateKey { get; init; }
}
