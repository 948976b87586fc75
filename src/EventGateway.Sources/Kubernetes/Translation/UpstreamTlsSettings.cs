using EventGateway.Core.Model;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What a Service's annotations say of TLS towards its endpoints, without what other objects hold.</summary>
internal sealed record UpstreamTlsSettings
{
    public bool Verify { get; private init; }

    public int VerifyDepth { get; private init; }

    public string ServerName { get; private init; } = "";

    /// <summary>Whether anything is said at all.</summary>
    public bool IsGiven { get; private init; }

    public static UpstreamTlsSettings Read(AnnotationSet annotations, UpstreamReferences references)
    {
        const string serverName = UpstreamSettings.Prefix + "tls-server-name";
        var name = annotations.Find(serverName) ?? "";
        if (name.Length > 0 && Uri.CheckHostName(name) != UriHostNameType.Dns)
        {
            annotations.Reasons.Add(AnnotationSet.Fault(serverName, name, "use the DNS name in the endpoints' certificate"));
        }

        var settings = new UpstreamTlsSettings
        {
            Verify = annotations.ReadFlag("konghq.com/tls-verify", false),
            VerifyDepth = annotations.ReadNumber("konghq.com/tls-verify-depth", 0, "use 0 (any) to 64", v => v is >= 0 and <= 64),
            ServerName = name,
        };
        var hasCa = references.CaSecrets.Length + references.CaConfigMaps.Length > 0;
        if (hasCa && !settings.Verify)
        {
            annotations.Warnings.Add("metadata.annotations[konghq.com/tls-verify]: it is not \"true\", so the endpoints' certificate is NOT verified, though a CA is given; set it to \"true\"");
        }

        return settings with { IsGiven = hasCa || settings.Verify || settings.VerifyDepth > 0 || name.Length > 0 || references.ClientCertificate.Length > 0 };
    }

    public UpstreamTls ToModel(string caPem, EntityKey? clientCertificate) =>
        new() { Verify = Verify, VerifyDepth = VerifyDepth, ServerName = ServerName, CaPem = caPem, ClientCertificate = clientCertificate };
}
