using System.Net;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>GETs a path on a connection of its own; the status decides.</summary>
/// <param name="host">"": the endpoint's address.</param>
internal sealed class HttpProbe(string scheme, string host, ActiveCheck check, HttpMessageInvoker client) : IProbe
{
    private static readonly string UserAgent = GatewayVersion.ServerHeader;

    public async Task<ProbeResult> RunAsync(string endpoint, CancellationToken cancellationToken)
    {
        try
        {
            using var request = CreateRequest(endpoint);
            using var response = await client.SendAsync(request, cancellationToken);
            var status = (int)response.StatusCode;
            return check.Counts.HealthyStatuses.Contains(status) ? ProbeResult.Success
                : check.Counts.UnhealthyStatuses.Contains(status) ? ProbeResult.Failure
                : ProbeResult.Neutral;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ProbeResult.Timeout;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UriFormatException)
        {
            return ProbeResult.ConnectFailure;
        }
    }

    private HttpRequestMessage CreateRequest(string endpoint)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{scheme}://{endpoint}{check.Path}") { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (host.Length > 0)
        {
            request.Headers.Host = host;
        }

        request.Headers.ConnectionClose = true;
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        foreach (var header in check.Headers)
        {
            request.Headers.Remove(header.Name);
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        }

        return request;
    }
}
