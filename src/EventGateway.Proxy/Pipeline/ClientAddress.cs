using System.Net;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Pipeline;

internal static class ClientAddress
{
    /// <summary>The client's address; an IPv4 client of a dual-stack socket as IPv4.</summary>
    public static string Of(HttpContext context) => TextOf(context.Connection.RemoteIpAddress);

    /// <summary>The same peer, an IPv4 one of a dual-stack socket as IPv4.</summary>
    public static EndPoint? Plain(EndPoint? peer) =>
        peer is IPEndPoint { Address: { IsIPv4MappedToIPv6: true } mapped } ip ? new IPEndPoint(mapped.MapToIPv4(), ip.Port) : peer;

    public static string TextOf(IPAddress? address) =>
        address is null ? "unknown" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
