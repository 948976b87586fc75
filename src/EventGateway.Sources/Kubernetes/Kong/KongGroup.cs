namespace EventGateway.Sources.Kubernetes.Kong;

/// <summary>Kong's group of custom resources.</summary>
internal static class KongGroup
{
    public const string Name = "configuration.konghq.com";
    public const string V1Beta1 = Name + "/v1beta1";
}
