using System.Text.Json;
using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Kinds;
using EventGateway.TestKit.Kubernetes.Server;
using Microsoft.AspNetCore.JsonPatch.SystemTextJson;
using Microsoft.AspNetCore.JsonPatch.SystemTextJson.Exceptions;

namespace EventGateway.TestKit.Kubernetes.Patching;

/// <summary>RFC 6902.</summary>
internal static class JsonPatch
{
    public static JsonObject Apply(ResourceKind kind, string name, JsonObject document, byte[] body)
    {
        try
        {
            var patch = JsonSerializer.Deserialize<JsonPatchDocument<JsonObject>>(body, JsonSerializerOptions.Web) ?? throw new JsonException("null");
            patch.ApplyTo(document);
            return document;
        }
        catch (JsonException e)
        {
            throw ApiFault.BadRequest($"error decoding patch: {e.Message}");
        }
        catch (JsonPatchException e)
        {
            throw new ApiFault(422, "Invalid", $"the server rejected our request due to an error in our request: {kind.ResourceName} \"{name}\": {e.Message}");
        }
    }
}
