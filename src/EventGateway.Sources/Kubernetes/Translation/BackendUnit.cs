namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What one port of a Service, or the external name of one, comes to.</summary>
internal sealed class BackendUnit(ServiceUpstream upstream) : TranslationUnit
{
    public ServiceUpstream Upstream { get; } = upstream;
}
