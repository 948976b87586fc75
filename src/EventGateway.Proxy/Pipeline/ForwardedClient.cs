using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace EventGateway.Proxy.Pipeline;

/// <summary>What a trusted peer said about its client. Requests of other peers have none of these, whatever their headers say.</summary>
/// <param name="Peer">Who said it: the next link of <c>X-Forwarded-For</c>.</param>
/// <param name="Host">Null: not said.</param>
/// <param name="Port">Null: not said.</param>
internal sealed record ForwardedClient(string Peer, string? Host, string? Port)
{
    /// <summary>
    /// Puts the client in the peer's place, as its address and its scheme: what comes later (routes, redirects, hashing, the log) knows the client
    /// only. Which host a request is for stays what its own Host says.
    /// </summary>
    /// <returns>Null: the peer is not trusted.</returns>
    public static ForwardedClient? Take(HttpContext context, ClientTrust trust)
    {
        if (trust.Ranges.IsEmpty || !trust.IsTrusted(context.Connection.RemoteIpAddress))
        {
            return null;
        }

        var peer = ClientAddress.Of(context);
        var headers = context.Request.Headers;
        if (ClientOf(headers, trust) is { } client)
        {
            context.Connection.RemoteIpAddress = client;
            context.Connection.RemotePort = 0;
        }

        if (SchemeOf(headers["X-Forwarded-Proto"]) is { } scheme)
        {
            context.Request.Scheme = scheme;
        }

        return new ForwardedClient(peer, TextOf(headers["X-Forwarded-Host"]), TextOf(headers["X-Forwarded-Port"]));
    }

    private static IPAddress? ClientOf(IHeaderDictionary headers, ClientTrust trust) => trust.Header switch
    {
        RealIpHeader.XForwardedFor => LastOf(headers["X-Forwarded-For"], trust),
        RealIpHeader.XRealIp => AddressOf(headers["X-Real-IP"].ToString()),
        _ => null,
    };

    /// <summary>Each proxy has added whom it was called by, so the list is true from its end as far as the proxies are trusted.</summary>
    private static IPAddress? LastOf(StringValues forwardedFor, ClientTrust trust)
    {
        IPAddress? client = null;
        for (var line = forwardedFor.Count - 1; line >= 0; line--)
        {
            var rest = forwardedFor[line].AsSpan();
            while (!rest.IsEmpty)
            {
                var comma = rest.LastIndexOf(',');
                var entry = rest[(comma + 1)..];
                rest = comma < 0 ? default : rest[..comma];
                if (AddressOf(entry) is not { } address)
                {
                    return client;
                }

                client = address;
                if (!trust.IsRecursive || !trust.IsTrusted(client))
                {
                    return client;
                }
            }
        }

        return client;
    }

    /// <summary>With or without a port.</summary>
    private static IPAddress? AddressOf(ReadOnlySpan<char> text) => IPEndPoint.TryParse(text.Trim(), out var address) ? address.Address : null;

    // The peer's own word is the last one: what stands before it may be what the client has written.
    private static string? SchemeOf(StringValues proto)
    {
        var text = proto.Count == 0 ? default : proto[^1].AsSpan();
        var own = text[(text.LastIndexOf(',') + 1)..].Trim();
        return own.Equals("https", StringComparison.OrdinalIgnoreCase) ? "https" : own.Equals("http", StringComparison.OrdinalIgnoreCase) ? "http" : null;
    }

    private static string? TextOf(StringValues value) => StringValues.IsNullOrEmpty(value) ? null : value.ToString();
}
