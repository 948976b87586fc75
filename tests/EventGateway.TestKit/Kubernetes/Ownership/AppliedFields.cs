using System.Text.Json.Nodes;

namespace EventGateway.TestKit.Kubernetes.Ownership;

/// <summary>Puts applied fields into a document, and takes fields out by their path.</summary>
internal static class AppliedFields
{
    private static readonly HashSet<string> NotApplied = ["apiVersion", "kind"];

    public static void Merge(JsonObject document, JsonObject applied, string path, bool hasSchema)
    {
        foreach (var (name, value) in applied.Where(f => f.Value is not null && !(path.Length == 0 && NotApplied.Contains(f.Key))))
        {
            var at = path.Length == 0 ? name : $"{path}.{name}";
            var known = hasSchema || at.StartsWith("metadata.", StringComparison.Ordinal);
            switch (value)
            {
                case JsonObject { Count: > 0 } inner when !(known && ListKeys.IsAtom(at)):
                    if (document[name] is not JsonObject there)
                    {
                        document[name] = there = [];
                    }

                    Merge(there, inner, at, hasSchema);
                    break;
                case JsonArray items when known && ListKeys.Of(at) is { } keys:
                    MergeItems(document, name, items, keys, at, hasSchema);
                    break;
                case JsonArray items when known && ListKeys.IsSet(at):
                    document[name] = new JsonArray([.. (document[name] as JsonArray ?? []).Concat(items).Select(i => i!).DistinctBy(i => i.ToString()).Select(i => i.DeepClone())]);
                    break;
                default:
                    document[name] = value!.DeepClone();
                    break;
            }
        }
    }

    /// <summary>Removes a field, and objects that are empty without it.</summary>
    public static void Remove(JsonObject document, string path) => Remove(document, path.Split(FieldTree.Separator));

    private static void MergeItems(JsonObject document, string name, JsonArray items, string[] keys, string path, bool hasSchema)
    {
        if (document[name] is not JsonArray there)
        {
            document[name] = there = [];
        }

        foreach (var item in items.OfType<JsonObject>())
        {
            var step = FieldTree.ItemStep(item, keys);
            if (there.OfType<JsonObject>().FirstOrDefault(i => FieldTree.ItemStep(i, keys) == step) is { } same)
            {
                Merge(same, item, path, hasSchema);
            }
            else
            {
                there.Add(item.DeepClone());
            }
        }
    }

    private static bool Remove(JsonNode? node, ReadOnlySpan<string> steps)
    {
        var step = steps[0];
        if (node is JsonObject fields && step[0] == 'f')
        {
            var name = step[2..];
            if (steps.Length == 1 || Remove(fields[name], steps[1..]))
            {
                fields.Remove(name);
            }

            return fields.Count == 0;
        }

        if (node is JsonArray items && step[0] is 'k' or 'v')
        {
            var list = (JsonArray)node!;
            var item = list.FirstOrDefault(i => Matches(i, step));
            if (item is not null && (steps.Length == 1 || steps[1] == "." || Remove(item, steps[1..])))
            {
                list.Remove(item);
            }

            return list.Count == 0;
        }

        return false;
    }

    private static bool Matches(JsonNode? item, string step)
    {
        var key = JsonNode.Parse(step[2..]);
        return key is JsonObject keys ? keys.All(k => item?[k.Key]?.ToString() == k.Value?.ToString()) : item?.ToString() == key?.ToString();
    }
}
