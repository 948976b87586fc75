using Microsoft.AspNetCore.Http;
using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Store;

namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>Lists of nothing but metadata, for who asks for that.</summary>
internal static class ListMetadata
{
    private const string MetaVersion = "meta.k8s.io/v1";

    public static Task WriteAsync(HttpContext context, byte[] list)
    {
        var wanted = context.Request.Headers.Accept.ToString().Contains("as=PartialObjectMetadataList", StringComparison.Ordinal);
        return ApiAnswer.WriteAsync(context, 200, wanted ? Reduce(list) : list);
    }

    private static byte[] Reduce(byte[] list)
    {
        var document = (JsonObject)JsonNode.Parse(list)!;
        document["kind"] = "PartialObjectMetadataList";
        document["apiVersion"] = MetaVersion;
        document["items"] = new JsonArray([.. document["items"]!.AsArray().Select(i => new JsonObject { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = MetaVersion, ["metadata"] = i!["metadata"]!.DeepClone() })]);
        return StoredObject.Bytes(document);
    }
}
