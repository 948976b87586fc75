using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Pipeline;

/// <summary>What can be refused before an upstream is asked; the server refuses the rest.</summary>
internal static class RequestLimits
{
    /// <returns>Null: the request keeps them.</returns>
    public static GatewayAnswer? RefusalOf(HttpRequest request, string target, ClientLimits limits)
    {
        if (target.Length > limits.UriBytes)
        {
            return GatewayAnswer.UriTooLong;
        }

        if (ConnectionHeaders.AreMisplaced(request))
        {
            return GatewayAnswer.BadRequest;
        }

        return limits.BodyBytes > 0 && request.ContentLength > limits.BodyBytes ? GatewayAnswer.BodyTooLarge : null;
    }
}
