using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Writes;
using Microsoft.AspNetCore.Http;

namespace EventGateway.TestKit.Kubernetes.Server;

internal static class RequestBody
{
    public static async Task<JsonObject> ReadObjectAsync(HttpContext context) => BodyReader.Parse(await ReadAsync(context));

    /// <summary>Null: there is none.</summary>
    public static async Task<JsonObject?> ReadOptionalAsync(HttpContext context)
    {
        var body = await ReadAsync(context);
        return body.Length == 0 ? null : BodyReader.Parse(body);
    }

    public static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        return buffer.ToArray();
    }
}
