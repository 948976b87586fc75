using EventGateway.Proxy.Upstreams;

namespace EventGateway.Proxy.Routing;

/// <summary>Everything the config says about one request, as of one moment.</summary>
/// <param name="Hit">Not a match: no route was found, and the rest is null.</param>
/// <param name="Backend">Null: the route has no backend with a weight.</param>
/// <param name="Endpoints">Those that take requests; may be empty.</param>
internal readonly record struct RouteDecision(RouteHit Hit, BackendModel? Backend, EndpointPool? Endpoints);
