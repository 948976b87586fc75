using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using EventGateway.Proxy.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// What the server refuses before it is a request (not HTTP, too long, too slow) never comes to the pipeline. The server announces it while its answer
/// can still be written to: it gets the gateway's body, and is counted.
/// </summary>
internal sealed class RefusedRequests(ProxyMetrics metrics) : DiagnosticSource
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    public override bool IsEnabled(string name) => name == BadRequest;

    [UnconditionalSuppressMessage("Trimming", "IL2046", Justification = "Nothing of the value is found by reflection.")]
    public override void Write(string name, object? value)
    {
        if (value is not IFeatureCollection features || features.Get<IHttpResponseFeature>() is not { HasStarted: false } response)
        {
            return;
        }

        metrics.OnRequest(default, response.StatusCode, TimeSpan.Zero, null);
        GatewayAnswer.OfRefusal(response.StatusCode).WriteTo(response, features.Get<IHttpResponseBodyFeature>());
    }
}
