using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Tests.Fixtures;

internal static class Tables
{
    public static RouteRequest Request(string host, string path, string method = "GET", bool isHttps = false, IHeaderDictionary? headers = null, string query = "") =>
        new(host, path, method, isHttps, headers ?? new HeaderDictionary(), query);

    /// <summary>Key of the route that takes the request; null: none does.</summary>
    public static EntityKey? Match(this RoutingTable table, string host, string path, string method = "GET", bool isHttps = false, IHeaderDictionary? headers = null, string query = "") =>
        table.TryMatch(Request(host, path, method, isHttps, headers, query), out var hit) ? hit.Route.Key : null;

    /// <summary>The name that was given to <see cref="Config.Route"/>, or "-".</summary>
    public static string Name(this RoutingTable table, string host, string path, string method = "GET", bool isHttps = false, IHeaderDictionary? headers = null, string query = "") =>
        table.Match(host, path, method, isHttps, headers, query) is { } key ? key.Text.Split('/')[2] : "-";

    public static IReadOnlyList<string> Reasons(this RoutingTable table, TestLog log) => [.. table.Refused(log.Name).Select(r => $"{r.Key}: {r.Reason}")];
}
