using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Routing;

/// <summary>What of a request decides its route.</summary>
/// <param name="host">The Host header as received; may carry a port, a trailing dot, upper case, or be empty.</param>
/// <param name="path">Decoded once and without dot segments, with <c>%2F</c> left as it is; begins with <c>/</c>, or nothing matches.</param>
/// <param name="method">Upper case.</param>
/// <param name="query">With its <c>?</c>, or empty.</param>
public readonly struct RouteRequest(string host, string path, string method, bool isHttps, IHeaderDictionary headers, string query)
{
    public string Host { get; } = host;

    public string Path { get; } = path;

    public string Method { get; } = method;

    public bool IsHttps { get; } = isHttps;

    public IHeaderDictionary Headers { get; } = headers;

    public string Query { get; } = query;
}
