using EventGateway.Core.Image;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;

namespace EventGateway.Benchmarks;

/// <summary>
/// A made-up workspace: routes in one shape, ten of them to each backend, and two endpoints behind each backend. Ten to one is
/// what a Service with some paths looks like; it keeps the number of objects close to what a cluster has.
/// </summary>
internal static class Fleet
{
    public const int RoutesPerBackend = 10;
    private const string Namespace = "bench";
    private static readonly DateTimeOffset Created = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static IEnumerable<Entity> Entities(Shape shape, int routes)
    {
        for (var b = 0; b < BackendCount(routes); b++)
        {
            yield return EndpointsOf(b, generation: 0);
            yield return new Backend(BackendKey(b)) { EndpointsGroup = $"{Namespace}/s{b}", PortName = "http", Source = $"Service {Namespace}/s{b}:80" };
        }

        for (var i = 0; i < routes; i++)
        {
            yield return RouteOf(shape, i, i / RoutesPerBackend);
        }
    }

    public static int BackendCount(int routes) => (routes + RoutesPerBackend - 1) / RoutesPerBackend;

    public static Route RouteOf(Shape shape, int i, int backend) => new(EntityKey.Route(Namespace, $"i{i}", "0.0"))
    {
        Hosts = [new HostMatch(HostOf(shape, i), HostMatchType.Exact)],
        Matches = [new RouteMatch(new PathMatch(PathMatchType.Prefix, PathOf(shape, i))) { Priority = 1 }],
        Backends = [new WeightedBackend(BackendKey(backend), 1)],
        CreatedAt = Created,
        Source = $"Ingress {Namespace}/i{i}",
    };

    public static Endpoints EndpointsOf(int backend, int generation) => new(EntityKey.Endpoints(Namespace, $"s{backend}-slice"))
    {
        Group = $"{Namespace}/s{backend}",
        Addresses = [Address(backend, generation), Address(backend, generation + 1)],
        Ports = [new EndpointPort("http", 8080)],
    };

    public static string HostOf(Shape shape, int i) => shape == Shape.OneHost ? "one.example.com" : $"h{i}.example.com";

    public static string PathOf(Shape shape, int i) => shape == Shape.Shared ? "/" : $"/p{i}";

    public static DesiredState Desired(IEnumerable<Entity> entities) =>
        DesiredState.Of(entities.Select(e => new DesiredEntity(e, Provenance.None)));

    private static EntityKey BackendKey(int b) => EntityKey.Backend(Namespace, $"s{b}", "http");

    private static EndpointAddress Address(int backend, int generation) =>
        new($"10.{(backend >> 8) & 255}.{backend & 255}.{generation % 250 + 1}");
}
