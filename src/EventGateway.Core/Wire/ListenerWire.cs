using EventGateway.Core.Model;
using Google.Protobuf;

namespace EventGateway.Core.Wire;

internal static class ListenerWire
{
    public static readonly MessageParser<V1.Listener> Parser = V1.Listener.Parser.WithDiscardUnknownFields(true);

    public static V1.Listener ToMessage(Listener listener)
    {
        var message = new V1.Listener
        {
            Port = (uint)listener.Port,
            Protocol = (V1.ListenerProtocol)listener.Protocol,
            TlsMode = (V1.TlsMode)listener.TlsMode,
            CreatedUnixUs = UnixMicroseconds.From(listener.CreatedAt),
        };
        if (listener.ClientValidation is { } validation)
        {
            message.ClientValidation = new V1.ClientValidation
            {
                CaPem = validation.CaPem,
                Mode = (V1.ClientCertificateMode)validation.Mode,
                VerifyDepth = (uint)validation.VerifyDepth,
            };
        }

        message.Hosts.AddRange(listener.Hosts.Select(RouteWire.ToMessage));
        return message;
    }

    public static Listener ToEntity(EntityKey key, V1.Listener message) => new(key)
    {
        Port = (int)message.Port,
        Protocol = (ListenerProtocol)message.Protocol,
        Hosts = [.. message.Hosts.Select(RouteWire.ToHost)],
        TlsMode = (TlsMode)message.TlsMode,
        CreatedAt = UnixMicroseconds.ToTime(message.CreatedUnixUs),
        ClientValidation = message.ClientValidation is { } validation
            ? new ClientValidation(validation.CaPem) { Mode = (ClientCertificateMode)validation.Mode, VerifyDepth = (int)validation.VerifyDepth }
            : null,
    };
}
