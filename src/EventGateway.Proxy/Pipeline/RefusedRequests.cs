using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using EventGateway.Proxy.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// What the server refuses before it is a request (not HTTP, too long, too slow) never comes to the pipeline: it is counted here. The server's answer
/// is a status without a body; there is no place to give it one.
/// </summary>
internal sealed class RefusedRequests(ProxyMetrics metrics) : DiagnosticSource
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    public override bool IsEnabled(string name) => name == BadRequest;

    [UnconditionalSuppressMessage("Trimming", "IL2046", Justification = "Nothing of the value is found by reflection.")]
    public override void Write(string name, object? value)
    {
        if (value is IFeatureCollection features && features.Get<IHttpResponseFeature>() is { HasStarted: false } response)
        {
            metrics.OnRequest(default, response.StatusCode, TimeSpan.Zero, null);
        }
    }
}
