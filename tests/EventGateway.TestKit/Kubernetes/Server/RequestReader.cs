using System.Security.Cryptography.X509Certificates;
using EventGateway.TestKit.Kubernetes.Access;
using EventGateway.TestKit.Kubernetes.Kinds;
using EventGateway.TestKit.Kubernetes.Selectors;
using Microsoft.AspNetCore.Http;

namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>Finds out who asks for what.</summary>
internal sealed class RequestReader(TokenTable tokens, ServerCertificates? certificates)
{
    private const string Bearer = "Bearer ";

    public ApiRequest Read(HttpContext context, ApiPath path, ResourceKind? kind, ApiQuery query) => new(
        User(context),
        Verb(context, path, query),
        path.Group,
        path.Plural,
        path.Namespace,
        path.Name.Length > 0 || kind is null || !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsDelete(context.Request.Method) ? path.Name : FieldSelector.Parse(null, query.FieldSelector).Name ?? "",
        path.Subresource,
        context.Request.Path.Value ?? "",
        context.Request.QueryString.Value ?? "",
        context.Connection.RemotePort);

    private static string Verb(HttpContext context, ApiPath path, ApiQuery query) => (context.Request.Method, path) switch
    {
        (var method, { NamesObjects: false }) => method.ToLowerInvariant(),
        ("GET" or "HEAD", { Name.Length: > 0 }) when !query.Watch => "get",
        ("GET" or "HEAD", _) => query.Watch ? "watch" : "list",
        ("POST", _) => "create",
        ("PUT", _) => "update",
        ("PATCH", _) => "patch",
        ("DELETE", { Name.Length: > 0 }) => "delete",
        ("DELETE", _) => "deletecollection",
        (var method, _) => method.ToLowerInvariant(),
    };

    /// <exception cref="ApiFault">401: a token or certificate that nobody has.</exception>
    private ApiUser User(HttpContext context)
    {
        if (context.Connection.ClientCertificate is X509Certificate2 certificate)
        {
            return certificates?.UserOf(certificate) ?? throw ApiFault.Unauthorized();
        }

        var header = context.Request.Headers.Authorization.ToString();
        return header.Length == 0
            ? ApiUser.Anonymous
            : header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && tokens.UserOf(header[Bearer.Length..].Trim()) is { } user ? user : throw ApiFault.Unauthorized();
    }
}
