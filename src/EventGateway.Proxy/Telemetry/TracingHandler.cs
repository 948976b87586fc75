using System.Diagnostics;
using System.Globalization;

namespace EventGateway.Proxy.Telemetry;

/// <summary>
/// One client span per attempt at an upstream, until its answer's head, and the trace context that goes with it. Stands right before the
/// connections, so that whatever tries again above it gets a span per try. The platform's own span of SocketsHttpHandler is not used: it
/// costs a second one where the request is not sampled, and its propagator rewrites baggage.
/// </summary>
internal sealed class TracingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string Attempts = "attempts";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var server = Activity.Current;
        if (server is not { IsAllDataRequested: true })
        {
            if (server is { IdFormat: ActivityIdFormat.W3C })
            {
                TraceContext.Set(request, server);
            }

            return base.SendAsync(request, cancellationToken);
        }

        return SendTracedAsync(server, request, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendTracedAsync(Activity server, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var span = GatewaySpans.Source.StartActivity(request.Method.Method, ActivityKind.Client);
        TraceContext.Set(request, span ?? server);
        if (span is null)
        {
            return await base.SendAsync(request, cancellationToken);
        }

        Describe(span, server, request);
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            var status = (int)response.StatusCode;
            span.SetTag("http.response.status_code", status);
            span.SetTag("network.protocol.version", response.Version.Major == 1 ? response.Version.ToString() : response.Version.Major.ToString(CultureInfo.InvariantCulture));
            if (status >= 400)
            {
                span.SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
                span.SetStatus(ActivityStatusCode.Error);
            }

            return response;
        }
        catch (Exception e) when (Fail(span, e))
        {
            throw;
        }
    }

    private static void Describe(Activity span, Activity server, HttpRequestMessage request)
    {
        // The path is the server span's; a client span's url.full would repeat it, query and all.
        span.SetTag("http.request.method", request.Method.Method);
        if (request.RequestUri is { } address)
        {
            span.SetTag("url.scheme", address.Scheme);
            span.SetTag("server.address", address.Host);
            span.SetTag("server.port", address.Port);
            span.SetTag("eventgateway.endpoint", address.Authority);
        }

        var attempt = server.GetCustomProperty(Attempts) is int before ? before + 1 : 0;
        server.SetCustomProperty(Attempts, attempt);
        if (attempt > 0)
        {
            span.SetTag("http.request.resend_count", attempt);
        }
    }

    private static bool Fail(Activity span, Exception e)
    {
        span.SetTag("error.type", e is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } http ? http.HttpRequestError.ToString() : e.GetType().FullName);
        span.SetStatus(ActivityStatusCode.Error, e.Message);
        return false;
    }
}
