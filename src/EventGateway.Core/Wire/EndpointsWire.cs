using EventGateway.Core.Model;
using Google.Protobuf;

namespace EventGateway.Core.Wire;

internal static class EndpointsWire
{
    public static readonly MessageParser<V1.Endpoints> Parser = V1.Endpoints.Parser.WithDiscardUnknownFields(true);

    public static V1.Endpoints ToMessage(Endpoints endpoints)
    {
        var message = new V1.Endpoints { Group = endpoints.Group };
        message.Addresses.AddRange(endpoints.Addresses.Select(a => new V1.EndpointAddress
        {
            Address = a.Address,
            Ready = a.Ready,
            Serving = a.Serving,
            Terminating = a.Terminating,
            Zone = a.Zone,
            Node = a.Node,
        }));
        message.Ports.AddRange(endpoints.Ports.Select(p => new V1.EndpointPort { Name = p.Name, Port = (uint)p.Port }));
        return message;
    }

    public static Endpoints ToEntity(EntityKey key, V1.Endpoints message) => new(key)
    {
        Group = message.Group,
        Addresses = [.. message.Addresses.Select(a => new EndpointAddress(a.Address, a.Ready, a.Serving, a.Terminating) { Zone = a.Zone, Node = a.Node })],
        Ports = [.. message.Ports.Select(p => new EndpointPort(p.Name, (int)p.Port))],
    };
}
