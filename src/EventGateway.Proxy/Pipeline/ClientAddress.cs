using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Pipeline;

internal static class ClientAddress
{
    /// <summary>The peer's address; an IPv4 peer of a dual-stack socket as IPv4.</summary>
    public static string Of(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        return address is null ? "unknown" : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }
}
