using System.Collections.Immutable;
using System.Net;

namespace EventGateway.Proxy.Pipeline;

/// <summary>Whose word about the client is taken: the load balancers and proxies in front of this one.</summary>
public sealed record ClientTrust
{
    public static readonly ClientTrust Nobody = new();

    /// <summary>Peers that are believed. Default: none.</summary>
    public ImmutableArray<IPNetwork> Ranges { get; init; } = [];

    public RealIpHeader Header { get; init; }

    /// <summary>
    /// Whether <c>X-Forwarded-For</c> is followed through further trusted addresses, to the first that is not. Otherwise its last address is the client's.
    /// </summary>
    public bool IsRecursive { get; init; }

    /// <summary>Whether every connection must begin with a PROXY header, and from a trusted peer.</summary>
    public bool ProxyProtocol { get; init; }

    public bool IsTrusted(IPAddress? address)
    {
        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var range in Ranges)
        {
            if (range.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }
}
