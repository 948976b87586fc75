using EventGateway.Core.Model;
using Google.Protobuf;

namespace EventGateway.Core.Wire;

internal static class RouteWire
{
    public static readonly MessageParser<V1.Route> Parser = V1.Route.Parser.WithDiscardUnknownFields(true);

    public static V1.Route ToMessage(Route route)
    {
        var message = new V1.Route
        {
            Protocols = (uint)route.Protocols,
            HttpsRedirectStatus = (uint)route.HttpsRedirectStatus,
            StripPath = route.StripPath,
            PreserveHost = route.PreserveHost,
            CreatedUnixUs = UnixMicroseconds.From(route.CreatedAt),
            Source = route.Source,
        };
        message.Hosts.AddRange(route.Hosts.Select(ToMessage));
        message.Matches.AddRange(route.Matches.Select(ToMessage));
        message.Backends.AddRange(route.Backends.Select(b => new V1.WeightedBackend { Backend = b.Backend.Text, Weight = (uint)b.Weight }));
        message.Ports.AddRange(route.Ports.Select(p => (uint)p));
        return message;
    }

    public static Route ToEntity(EntityKey key, V1.Route message) => new(key)
    {
        Hosts = message.Hosts.Count == 0 ? [] : [.. message.Hosts.Select(ToHost)],
        Matches = [.. message.Matches.Select(ToMatch)],
        Protocols = (RouteProtocols)message.Protocols,
        HttpsRedirectStatus = (int)message.HttpsRedirectStatus,
        StripPath = message.StripPath,
        PreserveHost = message.PreserveHost,
        Backends = message.Backends.Count == 0 ? [] : [.. message.Backends.Select(ToBackend)],
        CreatedAt = UnixMicroseconds.ToTime(message.CreatedUnixUs),
        Source = message.Source,
        Ports = message.Ports.Count == 0 ? [] : [.. message.Ports.Select(p => (int)p)],
    };

    public static V1.HostMatch ToMessage(HostMatch host) => new() { Name = host.Name, Type = (V1.HostMatchType)host.Type };

    public static HostMatch ToHost(V1.HostMatch message) => new(message.Name, (HostMatchType)message.Type);

    private static V1.RouteMatch ToMessage(RouteMatch match)
    {
        var message = new V1.RouteMatch
        {
            Path = new V1.PathMatch { Type = (V1.PathMatchType)match.Path.Type, Value = match.Path.Value },
            Priority = match.Priority,
        };
        message.Methods.AddRange(match.Methods);
        message.Headers.AddRange(match.Headers.Select(ToMessage));
        message.Query.AddRange(match.Query.Select(ToMessage));
        return message;
    }

    private static RouteMatch ToMatch(V1.RouteMatch message)
    {
        var path = message.Path ?? throw new FormatException("a match has no path");
        return new RouteMatch(new PathMatch((PathMatchType)path.Type, path.Value))
        {
            Methods = message.Methods.Count == 0 ? [] : [.. message.Methods],
            Headers = message.Headers.Count == 0 ? [] : [.. message.Headers.Select(ToCondition)],
            Query = message.Query.Count == 0 ? [] : [.. message.Query.Select(ToCondition)],
            Priority = message.Priority,
        };
    }

    private static V1.NameValueMatch ToMessage(NameValueMatch match)
    {
        var message = new V1.NameValueMatch { Name = match.Name, Type = (V1.ValueMatchType)match.Type };
        message.Values.AddRange(match.Values);
        return message;
    }

    private static NameValueMatch ToCondition(V1.NameValueMatch message) =>
        new(message.Name, (ValueMatchType)message.Type, [.. message.Values]);

    private static WeightedBackend ToBackend(V1.WeightedBackend message) =>
        EntityKey.TryParse(message.Backend, out var key)
            ? new WeightedBackend(key, (int)message.Weight)
            : throw new FormatException($"'{message.Backend}' does not name a backend");
}
