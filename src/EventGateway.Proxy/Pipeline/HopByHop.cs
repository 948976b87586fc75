using Microsoft.Extensions.Primitives;

namespace EventGateway.Proxy.Pipeline;

/// <summary>Headers that a client's Connection header names are for this hop only (RFC 9110, section 7.6.1).</summary>
internal static class HopByHop
{
    /// <param name="connection">The client's Connection header.</param>
    public static void Remove(StringValues connection, HttpRequestMessage proxyRequest)
    {
        foreach (var line in connection)
        {
            foreach (var part in line.AsSpan().Split(','))
            {
                var name = line.AsSpan()[part].Trim();
                if (!IsOfTheConnection(name))
                {
                    Remove(name.ToString(), proxyRequest);
                }
            }
        }
    }

    // Removing what cannot be a request header's name would throw. What describes the body stays with the body.
    private static void Remove(string name, HttpRequestMessage proxyRequest)
    {
        if (proxyRequest.Headers.NonValidated.Contains(name))
        {
            proxyRequest.Headers.Remove(name);
        }
    }

    // Options that are no headers, and those headers that the forwarder has seen to.
    private static bool IsOfTheConnection(ReadOnlySpan<char> name) =>
        name.IsEmpty || Is(name, "keep-alive") || Is(name, "close") || Is(name, "upgrade") || Is(name, "host");

    private static bool Is(ReadOnlySpan<char> name, string option) => name.Equals(option, StringComparison.OrdinalIgnoreCase);
}
