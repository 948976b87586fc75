using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// Kestrel lets its TLS callback say per connection which protocols it may speak, by a feature it keeps to itself. The same is needed where there
/// is no TLS. Tests fail when a Kestrel version does not have it.
/// </summary>
internal static class ConnectionProtocolsAccess
{
    private const string Feature = "Microsoft.AspNetCore.Server.Kestrel.Core.Internal.HttpProtocolsFeature, Microsoft.AspNetCore.Server.Kestrel.Core";

    public static void Set(ConnectionContext connection, HttpProtocols protocols)
    {
        var feature = Create(protocols);
        connection.Features[feature.GetType()] = feature;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    [return: UnsafeAccessorType(Feature)]
    private static extern object Create(HttpProtocols protocols);
}
