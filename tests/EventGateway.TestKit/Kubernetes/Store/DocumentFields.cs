using System.Globalization;
using System.Text.Json.Nodes;

namespace EventGateway.TestKit.Kubernetes.Store;

/// <summary>The fields of an object that the server itself reads and writes.</summary>
internal static class DocumentFields
{
    public static JsonObject Metadata(this JsonObject document)
    {
        if (document["metadata"] is not JsonObject metadata)
        {
            document["metadata"] = metadata = [];
        }

        return metadata;
    }

    public static string? Name(this JsonObject document) => Text(document, "name");

    public static string? Namespace(this JsonObject document) => Text(document, "namespace");

    public static string? Uid(this JsonObject document) => Text(document, "uid");

    public static string? RevisionText(this JsonObject document) => Text(document, "resourceVersion");

    public static long Revision(this JsonObject document) =>
        long.TryParse(RevisionText(document), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : 0;

    public static void SetRevision(this JsonObject document, long revision) =>
        document.Metadata()["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);

    public static long Generation(this JsonObject document) =>
        long.TryParse(Text(document, "generation"), NumberStyles.None, CultureInfo.InvariantCulture, out var generation) ? generation : 0;

    public static bool IsTerminating(this JsonObject document) => document["metadata"]?["deletionTimestamp"] is not null;

    public static bool HasFinalizers(this JsonObject document) =>
        document["metadata"]?["finalizers"] is JsonArray { Count: > 0 } || document["spec"]?["finalizers"] is JsonArray { Count: > 0 } && Text(document, "namespace") is null;

    /// <summary>The value at a path with dots; null where there is none.</summary>
    public static JsonNode? At(this JsonObject document, string path)
    {
        JsonNode? node = document;
        foreach (var part in path.Split('.'))
        {
            node = node is JsonObject fields ? fields[part] : null;
        }

        return node;
    }

    /// <summary>Makes a field of one document that of another: the value, or its absence.</summary>
    public static void TakeFrom(this JsonObject document, JsonObject other, string field)
    {
        if (other[field] is { } value)
        {
            document[field] = value.DeepClone();
        }
        else
        {
            document.Remove(field);
        }
    }

    private static string? Text(JsonObject document, string field) => document["metadata"]?[field] is JsonValue value ? value.ToString() : null;
}
