using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// Headers about the connection, which HTTP/2 and 3 do not have: a request with one is malformed (RFC 9113, section 8.2.2). The server refuses Connection and TE
/// by itself. None of them would go on, but a client that sends one hopes that somebody behind takes the request for another one.
/// </summary>
internal static class ConnectionHeaders
{
    private const string ProxyConnection = "Proxy-Connection";

    public static bool AreMisplaced(HttpRequest request)
    {
        if (HttpProtocol.IsHttp11(request.Protocol))
        {
            return false;
        }

        var headers = request.Headers;
        return headers.TransferEncoding.Count + headers.Upgrade.Count + headers.KeepAlive.Count + headers[ProxyConnection].Count > 0 && !HttpProtocol.IsHttp10(request.Protocol);
    }
}
