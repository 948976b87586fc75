using EventGateway.Core.Model;
using Google.Protobuf;

namespace EventGateway.Core.Wire;

internal static class BackendWire
{
    public static readonly MessageParser<V1.Backend> Parser = V1.Backend.Parser.WithDiscardUnknownFields(true);

    public static V1.Backend ToMessage(Backend backend) => new()
    {
        Protocol = (V1.UpstreamProtocol)backend.Protocol,
        EndpointsGroup = backend.EndpointsGroup,
        PortName = backend.PortName,
        DefaultPort = (uint)backend.DefaultPort,
        PathPrefix = backend.PathPrefix,
        ConnectTimeoutMs = (uint)backend.ConnectTimeout.TotalMilliseconds,
        ReadTimeoutMs = (uint)backend.ReadTimeout.TotalMilliseconds,
        WriteTimeoutMs = (uint)backend.WriteTimeout.TotalMilliseconds,
        Retries = (uint)backend.Retries,
        LoadBalancing = (V1.LoadBalancing)backend.LoadBalancing,
        Source = backend.Source,
        Hash = BalancingWire.ToMessage(backend.Hash),
        Sticky = BalancingWire.ToMessage(backend.Sticky),
        Health = HealthWire.ToMessage(backend.Health),
        Retry = BackendLimitsWire.ToMessage(backend.Retry),
        Circuit = BackendLimitsWire.ToMessage(backend.Circuit),
        Tls = UpstreamTlsWire.ToMessage(backend.Tls),
        HostHeader = backend.HostHeader,
    };

    public static Backend ToEntity(EntityKey key, V1.Backend message) => new(key)
    {
        Protocol = (UpstreamProtocol)message.Protocol,
        EndpointsGroup = message.EndpointsGroup,
        PortName = message.PortName,
        DefaultPort = (int)message.DefaultPort,
        PathPrefix = message.PathPrefix,
        ConnectTimeout = TimeSpan.FromMilliseconds(message.ConnectTimeoutMs),
        ReadTimeout = TimeSpan.FromMilliseconds(message.ReadTimeoutMs),
        WriteTimeout = TimeSpan.FromMilliseconds(message.WriteTimeoutMs),
        Retries = (int)message.Retries,
        LoadBalancing = (LoadBalancing)message.LoadBalancing,
        Source = message.Source,
        Hash = BalancingWire.ToHash(message.Hash),
        Sticky = BalancingWire.ToSticky(message.Sticky),
        Health = HealthWire.ToHealth(message.Health),
        Retry = BackendLimitsWire.ToRetry(message.Retry),
        Circuit = BackendLimitsWire.ToCircuit(message.Circuit),
        Tls = UpstreamTlsWire.ToTls(message.Tls),
        HostHeader = message.HostHeader,
    };
}
