using EventGateway.Core.Model;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using HealthService = Grpc.Health.V1.Health;

namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>The gRPC health checking protocol: <c>grpc.health.v1.Health/Check</c> has to answer <c>SERVING</c>.</summary>
/// <param name="host">"": the endpoint's address.</param>
internal sealed class GrpcProbe(string scheme, string host, ActiveCheck check, HttpMessageInvoker client) : IProbe
{
    private readonly HealthCheckRequest _request = new() { Service = check.Path.Trim('/') };

    public async Task<ProbeResult> RunAsync(string endpoint, CancellationToken cancellationToken)
    {
        try
        {
            var headers = new Metadata();
            foreach (var header in check.Headers)
            {
                headers.Add(header.Name, header.Value);
            }

            using var channel = GrpcChannel.ForAddress($"{scheme}://{endpoint}", new GrpcChannelOptions { HttpHandler = new SharedHandler(client, host), DisposeHttpClient = false });
            var answer = await new HealthService.HealthClient(channel).CheckAsync(_request, headers, cancellationToken: cancellationToken);
            return answer.Status == HealthCheckResponse.Types.ServingStatus.Serving ? ProbeResult.Success : ProbeResult.Failure;
        }
        catch (Exception e) when (e is OperationCanceledException or RpcException && cancellationToken.IsCancellationRequested)
        {
            return ProbeResult.Timeout;
        }
        catch (RpcException e)
        {
            return e.StatusCode == StatusCode.Unavailable ? ProbeResult.ConnectFailure : ProbeResult.Failure;
        }
    }
}
