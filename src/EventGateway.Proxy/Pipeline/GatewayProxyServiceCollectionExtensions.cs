using System.Diagnostics;
using EventGateway.Core.Loading;
using EventGateway.Proxy;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Streams;
using EventGateway.Proxy.Telemetry;
using EventGateway.Proxy.Tls;
using EventGateway.Proxy.Upstreams;
using EventGateway.Proxy.Upstreams.Balancing;
using EventGateway.Proxy.Upstreams.Health;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the data plane.</summary>
public static class GatewayProxyServiceCollectionExtensions
{
    /// <summary>
    /// Adds routing, forwarding, TLS, status and metrics, and opens the options' ports on Kestrel. The publishers are registered as
    /// <see cref="IImagePublisher"/>. <see cref="IGatewayState"/> comes from the registered <see cref="ConfigLoader"/> unless another is registered.
    /// </summary>
    public static IServiceCollection AddGatewayProxy(this IServiceCollection services, ProxyOptions options)
    {
        services.AddGatewayStatus(options);
        services.TryAddSingleton<UpstreamTlsFaults>();
        services.TryAddSingleton<UpstreamHandshakes>();
        services.TryAddSingleton(s => new UpstreamClients(null, s.GetRequiredService<UpstreamHandshakes>(), options.IsTraced));
        services.AddSingleton<IImagePublisher>(s => Timed(s, s.GetRequiredService<ClientValidationTable>()));
        services.TryAddSingleton(new EndpointTokens(options.KeyRing));
        services.TryAddSingleton<UpstreamMetrics>();
        services.TryAddSingleton(s => new HealthWatch(
            s.GetRequiredService<TimeProvider>(), s.GetRequiredService<UpstreamMetrics>(), s.GetRequiredService<ILogger<HealthWatch>>(), s.GetRequiredService<CertificateTable>()));
        services.TryAddSingleton(s => new RoutingTable(
            s.GetRequiredService<UpstreamClients>(), s.GetRequiredService<ILogger<RoutingTable>>(), s.GetRequiredService<EndpointTokens>(), s.GetRequiredService<HealthWatch>(), options.StreamPorts));
        services.AddSingleton<IImagePublisher>(s => Timed(s, s.GetRequiredService<RoutingTable>()));
        services.AddSingleton<IImagePublisher>(s => Timed(s, s.GetRequiredService<CertificateTable>()));
        services.AddSingleton<IImagePublisher, ClientValidationLift>();
        services.AddSingleton<IImagePublisher, ChangeLagPublisher>();
        services.AddTrafficMetrics();
        services.TryAddSingleton<ClientGate>();
        services.TryAddSingleton<AccessLog>();
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<AccessLog>());
        services.TryAddSingleton<RequestTelemetry>();
        services.TryAddSingleton<StreamMetrics>();
        services.AddSingleton<IMetricSource>(s => s.GetRequiredService<StreamMetrics>());
        services.TryAddSingleton<StreamTelemetry>();
        services.TryAddSingleton<StreamDialer>();
        services.TryAddSingleton<StreamConnections>();
        services.AddReverseProxy().LoadFromMemory(ForwardPipeline.BootstrapRoutes, ForwardPipeline.BootstrapClusters);
        return services;
    }

    /// <summary>Only the status port and what it shows: for a role that has no traffic. Set the options' other ports to null.</summary>
    public static IServiceCollection AddGatewayStatus(this IServiceCollection services, ProxyOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(options);
        services.TryAddSingleton<IGatewayState, LoaderGatewayState>();
        services.TryAddSingleton<ProxyMetrics>();
        services.AddMetrics();
        services.TryAddSingleton<DrainState>();
        services.TryAddSingleton<DrainConnections>();
        services.AddSingleton<IMetricSource>(s => s.GetRequiredService<DrainConnections>());
        services.AddSingleton<IMetricSource, DrainMetrics>();
        services.AddSingleton<IMetricSource, LastKnownGoodMetrics>();
        services.TryAddSingleton<ChangeStages>();
        services.AddSingleton<IMetricSource, LogMetrics>();
        services.AddSingleton<IMetricSource, SourceMetrics>();
        services.AddSingleton<IMetricSource, ProcessMetrics>();
        services.TryAddSingleton<StatusDocument>();
        services.TryAddSingleton(s => new CertificateTable(options.KeyRing, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<CertificateTable>>(), options.Tls));
        services.TryAddSingleton<TlsMetrics>();
        services.TryAddSingleton(s => new ClientValidationTable(s.GetRequiredService<CertificateTable>(), s.GetRequiredService<TlsMetrics>(), s.GetRequiredService<ILogger<ClientValidationTable>>()));
        services.TryAddSingleton(s => new TlsEntrance(s.GetRequiredService<CertificateTable>(), s.GetRequiredService<ClientValidationTable>(), options.Tls, s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<ConnectionMetrics>();
        services.Replace(ServiceDescriptor.Singleton<DiagnosticSource, RefusedRequests>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<KestrelServerOptions>, GatewayListeners>());
        return services;
    }

    /// <summary>Metrics of the proxies that serve what this process writes. Needs the convergence watch.</summary>
    public static IServiceCollection AddFleetMetrics(this IServiceCollection services) => services.AddSingleton<IMetricSource, FleetMetrics>();

    private static TimedPublisher Timed(IServiceProvider services, IImagePublisher publisher) =>
        new(publisher, services.GetRequiredService<ProxyMetrics>(), services.GetRequiredService<ChangeStages>());

    /// <summary>What only a process with traffic has. The report on change sets is the last publisher: it tells of those before it.</summary>
    private static void AddTrafficMetrics(this IServiceCollection services)
    {
        services.TryAddSingleton<CertificateExpiry>();
        services.TryAddSingleton<ChangeMetrics>();
        services.TryAddSingleton<UpstreamErrors>();
        services.TryAddSingleton<ChangeLog>();
        services.AddSingleton<IMetricSource>(s => s.GetRequiredService<CertificateExpiry>());
        services.AddSingleton<IMetricSource>(s => s.GetRequiredService<ChangeMetrics>());
        services.AddSingleton<IMetricSource>(s => s.GetRequiredService<UpstreamErrors>());
        services.AddSingleton<IMetricSource, ServerConnectionMetrics>();
        services.AddSingleton<IMetricSource, PublisherFaults>();
        services.AddSingleton<IMetricSource, TraceMetrics>();
        services.AddSingleton<IImagePublisher>(s => s.GetRequiredService<CertificateExpiry>());
        services.AddSingleton<IImagePublisher, RouteSeries>();
        services.AddSingleton<IImagePublisher, ChangeReportPublisher>();
    }
}
