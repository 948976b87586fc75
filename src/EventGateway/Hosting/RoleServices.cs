using EventGateway.Core.Publishing;
using EventGateway.Core.Sealing;
using EventGateway.Proxy;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Tls;
using EventGateway.Settings;
using EventGateway.Sources.Files;

namespace EventGateway.Hosting;

/// <summary>The parts that several roles are put together from.</summary>
internal static class RoleServices
{
    /// <summary>Manifests or a cluster in, change sets out.</summary>
    public static IServiceCollection AddWriter(this IServiceCollection services, SourceSettings source, KeyRing? keyRing)
    {
        _ = source.Cluster is { } cluster
            ? services.AddKubernetesSource(cluster)
            : services.AddFileSource(new ManifestSourceOptions { Paths = [.. source.Manifests], IngressClasses = [.. source.IngressClasses] });

        // Another watcher may write other namespaces' logs under the same origin.
        var ownsOrigin = source.Cluster is null or { AllNamespaces: true };
        var options = new PublisherOptions { Origin = source.Origin, MassRemovalPercent = source.MassDeleteLimit, OwnsOrigin = ownsOrigin };
        return services.AddOriginPublisher(options, keyRing).AddSingleton<WatcherState>();
    }

    public static ProxyOptions ProxyOptions(string role, ProcessSettings process, TrafficSettings? traffic, KeyRing? keyRing) => new()
    {
        Role = role,
        Bind = process.Bind,
        StatusPort = process.StatusPort,
        HttpPort = traffic?.HttpPort,
        HttpsPort = traffic?.HttpsPort,
        StreamPorts = traffic?.Connections.StreamPorts ?? [],
        Http3 = traffic?.Connections.Http3 ?? false,
        Trust = traffic?.Connections.Trust ?? ClientTrust.Nobody,
        Limits = traffic?.Connections.Limits ?? new ClientLimits(),
        AccessLog = traffic?.AccessLog ?? "off",
        MetricsPerRoute = traffic?.MetricsPerRoute ?? false,
        IsTraced = traffic?.Tracing is not null,
        Tls = traffic?.Tls ?? new TlsOptions(),
        KeyRing = keyRing,
    };

    public static IReadOnlyList<ListenAddress> Addresses(ProcessSettings process, TrafficSettings? traffic)
    {
        var status = new ListenAddress(SettingCatalog.StatusPort.Flag, process.Bind, process.StatusPort);
        return traffic is null
            ? [status]
            :
            [
                new ListenAddress(SettingCatalog.HttpPort.Flag, process.Bind, traffic.HttpPort),
                new ListenAddress(SettingCatalog.HttpsPort.Flag, process.Bind, traffic.HttpsPort),
                status,
                .. traffic.Connections.StreamPorts.Select(p => new ListenAddress(SettingCatalog.StreamListen.Flag, process.Bind, p)),
            ];
    }
}
