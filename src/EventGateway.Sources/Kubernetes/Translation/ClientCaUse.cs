using System.Collections.Immutable;
using EventGateway.Core.Model;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>An Ingress' wish that clients show a certificate.</summary>
/// <param name="Secret">Secret with the CA; "": none is named.</param>
/// <param name="Hosts">Server names clients ask for; without any there is nothing to guard.</param>
internal sealed record ClientCaUse(string Secret, ClientCertificateMode Mode, int VerifyDepth, ImmutableArray<HostMatch> Hosts)
{
    public const string SecretAnnotation = UpstreamSettings.Prefix + "client-ca-secret";

    private const string ModeAnnotation = UpstreamSettings.Prefix + "client-certificate";
    private const string DepthAnnotation = UpstreamSettings.Prefix + "client-verify-depth";

    /// <summary>Null: clients need none. What is faulty is read as the stricter.</summary>
    public static ClientCaUse? Read(AnnotationSet annotations)
    {
        foreach (var name in annotations.NamesWith(UpstreamSettings.Prefix))
        {
            if (name is SecretAnnotation or ModeAnnotation or DepthAnnotation || UpstreamSettings.IsForeign(name))
            {
                continue;
            }

            // A slip in such a name must not open what the author meant to close.
            if (name.StartsWith(UpstreamSettings.Prefix + "client-", StringComparison.Ordinal))
            {
                annotations.Reasons.Add($"metadata.annotations[{name}]: no such annotation is known; write {SecretAnnotation}, {ModeAnnotation} or {DepthAnnotation}. Until then the Ingress is not served");
            }
            else
            {
                annotations.Warnings.Add($"metadata.annotations[{name}]: no such annotation is known for an Ingress; it has no effect");
            }
        }

        var secret = annotations.Find(SecretAnnotation);
        var mode = annotations.Find(ModeAnnotation);
        if (secret is null && mode is null)
        {
            if (annotations.Find(DepthAnnotation) is not null)
            {
                annotations.Warnings.Add($"metadata.annotations[{DepthAnnotation}]: without {SecretAnnotation} it has no effect");
            }

            return null;
        }

        if (mode is not (null or "required" or "optional"))
        {
            annotations.Shortfalls.Add(AnnotationSet.Fault(ModeAnnotation, mode, "use required or optional; until then a certificate is required"));
        }

        var depth = annotations.ReadNumber(DepthAnnotation, 0, "use 0 (any) to 64; until then the CA itself has to sign clients' certificates", v => v is >= 0 and <= 64, annotations.Shortfalls, faulty: 1);
        return new ClientCaUse(secret ?? "", mode == "optional" ? ClientCertificateMode.Optional : ClientCertificateMode.Required, depth, []);
    }
}
