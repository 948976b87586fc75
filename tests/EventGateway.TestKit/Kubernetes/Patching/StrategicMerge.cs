using System.Text.Json.Nodes;

namespace EventGateway.TestKit.Kubernetes.Patching;

/// <summary>A merge that knows the lists that are kept by key: their items are merged one by one, <c>$patch: delete</c> removes one.</summary>
internal static class StrategicMerge
{
    private const string Directive = "$patch";

    public static JsonObject Apply(JsonObject document, JsonObject patch) => Merge(document, patch, "");

    private static JsonObject Merge(JsonObject document, JsonObject patch, string path)
    {
        if (patch[Directive]?.ToString() == "replace")
        {
            var whole = (JsonObject)patch.DeepClone();
            whole.Remove(Directive);
            return whole;
        }

        foreach (var (name, value) in patch.Where(f => !f.Key.StartsWith('$')))
        {
            var at = path.Length == 0 ? name : $"{path}.{name}";
            switch (value)
            {
                case null:
                    document.Remove(name);
                    break;
                case JsonObject inner:
                    document[name] = Merge(document[name] is JsonObject there ? (JsonObject)there.DeepClone() : [], inner, at);
                    break;
                case JsonArray items when MergeKey(at) is { } key:
                    document[name] = MergeItems(document[name] as JsonArray ?? [], items, key, at);
                    break;
                case JsonArray items when ListKeys.IsSet(at):
                    document[name] = new JsonArray([.. (document[name] as JsonArray ?? []).Concat(items).DistinctBy(i => i!.ToString()).Select(i => i!.DeepClone())]);
                    break;
                default:
                    document[name] = value.DeepClone();
                    break;
            }
        }

        foreach (var (name, value) in patch.Where(f => f.Key.StartsWith("$deleteFromPrimitiveList/", StringComparison.Ordinal)))
        {
            var field = name["$deleteFromPrimitiveList/".Length..];
            var gone = value!.AsArray().Select(i => i!.ToString()).ToHashSet();
            document[field] = new JsonArray([.. (document[field] as JsonArray ?? []).Where(i => !gone.Contains(i!.ToString())).Select(i => i!.DeepClone())]);
        }

        return document;
    }

    // Here a Service's ports go by their number alone.
    private static string? MergeKey(string path) => ListKeys.Of(path)?[0];

    private static JsonArray MergeItems(JsonArray items, JsonArray patches, string key, string path)
    {
        var merged = items.Select(i => (JsonObject)i!.DeepClone()).ToList();
        foreach (var patch in patches.OfType<JsonObject>())
        {
            var at = merged.FindIndex(i => i[key]?.ToString() == patch[key]?.ToString());
            if (patch[Directive]?.ToString() == "delete")
            {
                merged.RemoveAll(i => i[key]?.ToString() == patch[key]?.ToString());
            }
            else if (at >= 0)
            {
                merged[at] = Merge(merged[at], patch, path);
            }
            else
            {
                merged.Add((JsonObject)patch.DeepClone());
            }
        }

        return new JsonArray([.. merged]);
    }
}
