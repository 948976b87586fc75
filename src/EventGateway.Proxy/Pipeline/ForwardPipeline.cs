using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// YARP's own pipeline as one delegate. YARP is given a single route that nothing matches, on an endpoint builder that is never part of
/// ASP.NET's routing; the delegate of that route's endpoint does for any endpoint that carries a RouteModel.
/// </summary>
internal static class ForwardPipeline
{
    private const string Bootstrap = "bootstrap";

    public static readonly RouteConfig[] BootstrapRoutes =
    [
        new() { RouteId = Bootstrap, ClusterId = Bootstrap, Match = new RouteMatch { Hosts = ["bootstrap.invalid"], Path = "/{**rest}" } },
    ];

    public static readonly ClusterConfig[] BootstrapClusters = [new() { ClusterId = Bootstrap }];

    /// <summary>Which endpoint a request goes to was decided before: YARP's own balancing, affinity and passive health have nothing to do.</summary>
    public static RequestDelegate Build(IApplicationBuilder app)
    {
        var endpoints = new EndpointBuilder(app);
        endpoints.MapReverseProxy(proxy => proxy.Use(UsePickedEndpoint));
        return endpoints.DataSources.SelectMany(d => d.Endpoints).First(e => e.Metadata.GetMetadata<RouteModel>() is not null).RequestDelegate!;
    }

    private static Task UsePickedEndpoint(HttpContext context, RequestDelegate next)
    {
        var request = GatewayRequest.Of(context)!;
        context.GetReverseProxyFeature().AvailableDestinations = request.Endpoint!.Destination;
        return next(context);
    }

    private sealed class EndpointBuilder(IApplicationBuilder app) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => app.ApplicationServices;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => app.New();
    }
}
