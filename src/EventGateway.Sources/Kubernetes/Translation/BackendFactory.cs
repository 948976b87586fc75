using EventGateway.Core.Model;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Makes the backend of a Service's port.</summary>
internal static class BackendFactory
{
    public static Backend Make(ServicePortChoice port, ServiceUpstream upstream)
    {
        var service = upstream.Service;
        var policy = upstream.Policy ?? new UpstreamPolicyInfo();
        return new Backend(EntityKey.Backend(service.Namespace, service.Name, port.KeyPart))
        {
            Protocol = port.Protocol,
            EndpointsGroup = service.EndpointsGroup,
            PortName = port.Name,
            DefaultPort = port.Target,
            PathPrefix = service.PathPrefix,
            ConnectTimeout = service.ConnectTimeout,
            ReadTimeout = service.ReadTimeout,
            WriteTimeout = service.WriteTimeout,
            Retries = service.Retries,
            LoadBalancing = policy.LoadBalancing,
            Hash = policy.Hash is null ? null : policy.Hash with { BoundPercent = service.Settings.HashBoundPercent },
            Sticky = policy.Sticky,
            Health = HealthOf(policy, service.Settings),
            Retry = service.Settings.Retry,
            Circuit = service.Settings.Circuit,
            Tls = service.Tls.IsGiven && PortProtocol.IsTls(port.Protocol) ? service.Tls.ToModel(upstream.CaPem, upstream.ClientCertificate) : null,
            HostHeader = service.HostHeader,
            Source = $"Service {service.EndpointsGroup}:{port.KeyPart}",
        };
    }

    private static HealthChecks? HealthOf(UpstreamPolicyInfo policy, UpstreamSettings settings) =>
        policy is { Active: null, Passive: null, ThresholdPercent: 0 } && settings is { Outlier: null, PanicPercent: HealthChecks.DefaultPanicPercent }
            ? null
            : new HealthChecks
            {
                Active = policy.Active,
                Passive = policy.Passive,
                Outlier = settings.Outlier,
                ThresholdPercent = policy.ThresholdPercent,
                PanicPercent = settings.PanicPercent,
            };
}
