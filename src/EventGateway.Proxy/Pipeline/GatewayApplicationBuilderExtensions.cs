using EventGateway.Proxy;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Telemetry;
using EventGateway.Proxy.Tls;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts the gateway at the end of an application's pipeline.</summary>
public static class GatewayApplicationBuilderExtensions
{
    /// <summary>Answers every request that comes here by the routing table. Nothing behind it runs; no ASP.NET routing is needed.</summary>
    public static IApplicationBuilder MapGateway(this IApplicationBuilder app)
    {
        var services = app.ApplicationServices;
        var gateway = new GatewayMiddleware(
            services.GetRequiredService<RoutingTable>(),
            services.GetRequiredService<IGatewayState>(),
            new Forwarder(ForwardPipeline.Build(app), services.GetRequiredService<UpstreamErrors>()),
            services.GetRequiredService<RequestTelemetry>(),
            services.GetRequiredService<UpstreamErrors>(),
            services.GetRequiredService<ProxyOptions>(),
            services.GetRequiredService<DrainState>(),
            services.GetRequiredService<ClientGate>());
        if (services.GetRequiredService<ProxyOptions>().IsTraced)
        {
            app.Use(next => new RequestTracing(next).InvokeAsync);
        }

        WithoutAuthorization(app);
        app.Run(gateway.InvokeAsync);
        return app;
    }

    /// <summary>Answers what comes in by the status port, and nothing else. Put it before <see cref="MapGateway"/>.</summary>
    public static IApplicationBuilder MapGatewayStatus(this IApplicationBuilder app)
    {
        var services = app.ApplicationServices;

        // They count from when they are made, so that has to be before the first connection.
        _ = services.GetServices<IMetricSource>();
        var status = new StatusMiddleware(
            services.GetRequiredService<IGatewayState>(),
            services.GetRequiredService<StatusDocument>(),
            services.GetRequiredService<ProxyMetrics>(),
            services.GetRequiredService<DrainState>());
        return app.Use(next => context => context.Features.Get<StatusConnection>() is null ? next(context) : status.InvokeAsync(context));
    }

    // WebApplication puts ASP.NET's authorization before everything when its services are there, as YARP's registration brings them. It would
    // do nothing but cost each request an asynchronous frame; this mark says that it is taken care of.
    private static void WithoutAuthorization(IApplicationBuilder app) => app.Properties.TryAdd("__AuthorizationMiddlewareSet", true);
}
