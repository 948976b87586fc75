using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Store;
using Microsoft.AspNetCore.Http;

namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>Writes answers.</summary>
internal static class ApiAnswer
{
    public static Task WriteAsync(HttpContext context, int code, ReadOnlyMemory<byte> json) => WriteAsync(context, code, "application/json", json);

    public static Task WriteAsync(HttpContext context, int code, JsonNode json) => WriteAsync(context, code, StoredObject.Bytes(json));

    public static Task WriteAsync(HttpContext context, ApiFault fault)
    {
        if (fault.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = $"{seconds}";
        }

        return WriteAsync(context, fault.Code, fault.ToStatus());
    }

    public static Task TextAsync(HttpContext context, int code, string text) =>
        WriteAsync(context, code, "text/plain; charset=utf-8", System.Text.Encoding.UTF8.GetBytes(text));

    private static async Task WriteAsync(HttpContext context, int code, string type, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
