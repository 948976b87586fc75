using EventGateway.Sources.Kubernetes.Kong;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>The objects that others refer to, read once each. Used by one thread.</summary>
internal sealed class NamespaceObjects
{
    public ReadObjects<UpstreamPolicyInfo> Policies { get; } = new(item => UpstreamPolicyReader.Read((KongUpstreamPolicy)item.Typed!));

    public ReadObjects<CertificateInfo> KeyPairs { get; } = new(item => CertificateReader.Read((V1Secret)item.Typed!));

    public ReadObjects<CaBundleInfo> CaSecrets { get; } = new(CaBundleReader.ReadSecret);

    public ReadObjects<CaBundleInfo> CaConfigMaps { get; } = new(CaBundleReader.ReadConfigMap);

    public void Begin()
    {
        Policies.Begin();
        KeyPairs.Begin();
        CaSecrets.Begin();
        CaConfigMaps.Begin();
    }
}
