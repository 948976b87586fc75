using System.Globalization;
using EventGateway.Core.Model;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace EventGateway.Proxy.Pipeline;

/// <summary>Answers plain http on a route that allows https only.</summary>
internal static class HttpsRequired
{
    public static Task AnswerAsync(HttpContext context, Route route, RawPath path, int? httpsPort)
    {
        if (route.HttpsRedirectStatus == Route.DefaultHttpsRedirectStatus)
        {
            context.Response.Headers[HeaderNames.Connection] = "Upgrade";
            context.Response.Headers[HeaderNames.Upgrade] = "TLS/1.2, HTTP/1.1";
            return GatewayAnswer.UseHttps.WriteAsync(context);
        }

        context.Response.StatusCode = route.HttpsRedirectStatus;
        context.Response.Headers[HeaderNames.Server] = GatewayVersion.ServerHeader;
        context.Response.Headers[HeaderNames.Location] = $"https://{context.Request.Host.Host}{PortOf(context, httpsPort)}{path.Encoded}{path.Query}";
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    // A client that names this process's own port reached it without a load balancer in between, and will reach its https port
    // alike. Any other client came through something that maps ports, and that has https at its usual place.
    private static string PortOf(HttpContext context, int? httpsPort) =>
        context.Request.Host.Port == context.Connection.LocalPort && httpsPort is { } port and not (443 or 0)
            ? string.Create(CultureInfo.InvariantCulture, $":{port}")
            : "";
}
