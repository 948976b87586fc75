using Microsoft.AspNetCore.Http.Features;

namespace EventGateway.Proxy.Pipeline;

/// <summary>The server's limit of a request's body, which YARP would lift for gRPC: the one who runs the gateway has set it for all.</summary>
internal sealed class KeptBodyLimit(IHttpMaxRequestBodySizeFeature inner) : IHttpMaxRequestBodySizeFeature
{
    // Not what it is, but a forwarder that is told of it would complain about each request.
    public bool IsReadOnly => false;

    public long? MaxRequestBodySize
    {
        get => inner.MaxRequestBodySize;
        set { }
    }

    /// <summary>Holds the limit where there is one and it would be lifted.</summary>
    public static void Install(IFeatureCollection features, ClientLimits limits, string? contentType)
    {
        if (limits.BodyBytes > 0 && contentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true
            && features.Get<IHttpMaxRequestBodySizeFeature>() is { } feature)
        {
            features.Set<IHttpMaxRequestBodySizeFeature>(new KeptBodyLimit(feature));
        }
    }
}
