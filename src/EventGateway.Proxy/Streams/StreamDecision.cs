using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Upstreams;

namespace EventGateway.Proxy.Streams;

/// <summary>What was decided for one connection when it came; config that changes meanwhile does not touch it.</summary>
/// <param name="Backend">Null: the route has no backend with a weight.</param>
/// <param name="Settings">Null: the backend is not in the log.</param>
internal readonly record struct StreamDecision(RouteHit Hit, BackendModel? Backend, Backend? Settings, EndpointPool? Endpoints);
