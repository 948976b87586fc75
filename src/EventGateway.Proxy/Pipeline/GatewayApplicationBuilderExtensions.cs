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
            new Forwarder(ForwardPipeline.Build(app)),
            services.GetRequiredService<RequestTelemetry>(),
            services.GetRequiredService<ProxyOptions>(),
            services.GetRequiredService<ClientGate>());
        app.Run(gateway.InvokeAsync);
        return app;
    }

    /// <summary>Answers what comes in by the status port, and nothing else. Put it before <see cref="MapGateway"/>.</summary>
    public static IApplicationBuilder MapGatewayStatus(this IApplicationBuilder app)
    {
        var services = app.ApplicationServices;
        _ = services.GetRequiredService<LogMetrics>();
        var status = new StatusMiddleware(
            services.GetRequiredService<IGatewayState>(),
            services.GetRequiredService<StatusDocument>(),
            services.GetRequiredService<ProxyMetrics>());
        return app.Use(next => context => context.Features.Get<StatusConnection>() is null ? next(context) : status.InvokeAsync(context));
    }
}
