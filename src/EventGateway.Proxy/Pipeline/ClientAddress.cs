using System.Net;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Pipeline;

internal static class ClientAddress
{
    /// <summary>The client's address; an IPv4 client of a dual-stack socket as IPv4.</summary>
    public static string Of(HttpContext context) => TextOf(context.Connection.RemoteIpAddress);

    public static string TextOf(IPAddress? address) =>
        address is null ? "unknown" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
