using System.Diagnostics;
using EventGateway.Core.Loading;
using EventGateway.Proxy;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Streams;
using EventGateway.Proxy.Telemetry;
using EventGateway.Proxy.Tls;
using EventGateway.Proxy.Upstreams;
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
        services.TryAddSingleton<UpstreamClients>();
        services.TryAddSingleton(s => new RoutingTable(s.GetRequiredService<UpstreamClients>(), s.GetRequiredService<ILogger<RoutingTable>>(), options.StreamPorts));
        services.AddSingleton<IImagePublisher>(s => Timed(s, s.GetRequiredService<RoutingTable>()));
        services.AddSingleton<IImagePublisher>(s => Timed(s, s.GetRequiredService<CertificateTable>()));
        services.AddSingleton<IImagePublisher, ChangeLagPublisher>();
        services.TryAddSingleton<AccessLog>();
        services.AddSingleton<IHostedService>(s => s.GetRequiredService<AccessLog>());
        services.TryAddSingleton<RequestTelemetry>();
        services.TryAddSingleton<StreamMetrics>();
        services.TryAddSingleton<StreamTelemetry>();
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
        services.TryAddSingleton<LogMetrics>();
        services.TryAddSingleton<StatusDocument>();
        services.TryAddSingleton(s => new CertificateTable(options.KeyRing, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<CertificateTable>>()));
        services.TryAddSingleton<ConnectionMetrics>();
        services.Replace(ServiceDescriptor.Singleton<DiagnosticSource, RefusedRequests>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<KestrelServerOptions>, GatewayListeners>());
        return services;
    }

    private static TimedPublisher Timed(IServiceProvider services, IImagePublisher publisher) =>
        new(publisher, services.GetRequiredService<ProxyMetrics>());
}
