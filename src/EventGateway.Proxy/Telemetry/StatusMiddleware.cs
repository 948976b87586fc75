using EventGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Telemetry;

/// <summary>The status port: <c>/healthz</c>, <c>/readyz</c>, <c>/metrics</c>, <c>/status</c>; GET and HEAD only.</summary>
internal sealed class StatusMiddleware(IGatewayState state, StatusDocument document, ProxyMetrics metrics, DrainState drain)
{
    private const string Json = "application/json; charset=utf-8";
    private static readonly byte[] Alive = "{\"status\":\"alive\"}"u8.ToArray();
    private static readonly byte[] NotFound = "{\"message\":\"Not found: use /healthz, /readyz, /metrics or /status\"}"u8.ToArray();
    private static readonly byte[] NotAllowed = "{\"message\":\"Use GET\"}"u8.ToArray();

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.Headers.Server = GatewayVersion.ServerHeader;
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return WriteAsync(context, 405, NotAllowed);
        }

        switch (context.Request.Path.Value)
        {
            case "/healthz":
                return WriteAsync(context, 200, Alive);
            case "/readyz":
                var readiness = drain.Of(state.Readiness);
                return WriteAsync(context, readiness.IsReady ? 200 : 503, StatusDocument.Of(readiness));
            case "/status":
                return WriteAsync(context, 200, document.Render());
            case "/metrics":
                context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
                return HttpMethods.IsHead(context.Request.Method)
                    ? Task.CompletedTask
                    : metrics.Registry.CollectAndExportAsTextAsync(context.Response.Body, context.RequestAborted);
            default:
                return WriteAsync(context, 404, NotFound);
        }
    }

    private static Task WriteAsync(HttpContext context, int status, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = Json;
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
