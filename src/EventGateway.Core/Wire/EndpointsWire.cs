using EventGateway.Core.Model;
using Google.Protobuf;

namespace EventGateway.Core.Wire;

internal static class EndpointsWire
{
    public static readonly MessageParser<V1.Endpoints> Parser = V1.Endpoints.Parser.WithDiscardUnknownFields(true);

    public static V1.Endpoints ToMessage(Endpoints endpoints)
    {
        var message = new V1.Endpoints { Group = endpoints.Group };
        message.Addresses.AddRange(endpoints.Addresses.Select(ToMessage));
        message.Ports.AddRange(endpoints.Ports.Select(p => new V1.EndpointPort { Name = p.Name, Port = (uint)p.Port }));
        return message;
    }

    public static Endpoints ToEntity(EntityKey key, V1.Endpoints message) => new(key)
    {
        Group = message.Group,
        Addresses = [.. message.Addresses.Select(ToAddress)],
        Ports = [.. message.Ports.Select(p => new EndpointPort(p.Name, (int)p.Port))],
    };

    private static V1.EndpointAddress ToMessage(EndpointAddress address)
    {
        var message = new V1.EndpointAddress
        {
            Address = address.Address,
            Ready = address.Ready,
            Serving = address.Serving,
            Terminating = address.Terminating,
            Zone = address.Zone,
            Node = address.Node,
        };
        if (address.Weight != EndpointAddress.DefaultWeight)
        {
            message.Weight = (uint)address.Weight;
        }

        return message;
    }

    private static EndpointAddress ToAddress(V1.EndpointAddress message) => new(message.Address, message.Ready, message.Serving, message.Terminating)
    {
        Zone = message.Zone,
        Node = message.Node,
        Weight = message.HasWeight ? (int)message.Weight : EndpointAddress.DefaultWeight,
    };
}
