using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Pipeline;

/// <summary>The limits that can be held before an upstream is asked; the server holds the others.</summary>
internal static class RequestLimits
{
    /// <returns>Null: the request keeps them.</returns>
    public static GatewayAnswer? RefusalOf(HttpRequest request, string target, ClientLimits limits)
    {
        if (target.Length > limits.UriBytes)
        {
            return GatewayAnswer.UriTooLong;
        }

        return limits.BodyBytes > 0 && request.ContentLength > limits.BodyBytes ? GatewayAnswer.BodyTooLarge : null;
    }
}
