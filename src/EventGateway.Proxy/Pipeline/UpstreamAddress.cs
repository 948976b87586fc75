using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Pipeline;

/// <summary>Where a request goes on the upstream: its endpoint, the backend's path prefix, and the client's path and query.</summary>
internal static class UpstreamAddress
{
    // The path is sent as it is; System.Uri would decode and compress it.
    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public static Uri Of(string destination, GatewayRequest request)
    {
        var path = request.Path;
        var prefix = request.Backend.PathPrefix;
        if (!request.Hit.Route.StripPath)
        {
            return Create(string.Concat(destination, prefix, path.Encoded, path.Query));
        }

        var rest = path.Behind(request.Hit.MatchedLength);
        var slash = rest.IsEmpty ? prefix.Length == 0 : rest[0] != '/';
        return Create(string.Concat(string.Concat(destination, prefix, slash ? "/" : ""), rest, path.Query));
    }

    private static Uri Create(string address) => Uri.TryCreate(address, AsWritten, out var uri)
        ? uri
        : throw new BadHttpRequestException("The request target cannot be part of an upstream address.");
}
