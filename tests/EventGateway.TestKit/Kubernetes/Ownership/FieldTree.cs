using System.Text.Json.Nodes;

namespace EventGateway.TestKit.Kubernetes.Ownership;

/// <summary>
/// The fields of a document that somebody can own, each with its value. A path is a list of steps as in FieldsV1: <c>f:name</c> into an
/// object, <c>k:{…}</c> to an item by its key, <c>v:…</c> to a member of a set, <c>.</c> for an item's being there.
/// </summary>
internal static class FieldTree
{
    /// <summary>Between steps; stands in no name.</summary>
    public const char Separator = '\n';

    private static readonly HashSet<string> OwnedByTheServer =
    [
        "name", "namespace", "generateName", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
        "managedFields", "selfLink",
    ];

    public static Dictionary<string, JsonNode?> Read(JsonObject document, bool hasSchema)
    {
        var fields = new Dictionary<string, JsonNode?>();
        foreach (var (name, value) in document.Where(f => f.Key is not ("apiVersion" or "kind") && f.Value is not null))
        {
            Add(fields, $"f:{name}", name, value, hasSchema);
        }

        return fields;
    }

    /// <summary>The key of a list's item as a step.</summary>
    public static string ItemStep(JsonObject item, string[] keys)
    {
        var key = new JsonObject();
        foreach (var name in keys)
        {
            key[name] = item[name]?.DeepClone() ?? (name == "protocol" ? "TCP" : null);
        }

        return $"k:{key.ToJsonString()}";
    }

    /// <summary>A path as people read it: <c>.spec.ports[port=80].name</c>.</summary>
    public static string Display(string path) => string.Concat(path.Split(Separator).Select(step => step[0] switch
    {
        'f' => $".{step[2..]}",
        'k' => $"[{string.Join(',', ((JsonObject)JsonNode.Parse(step[2..])!).Select(k => $"{k.Key}={k.Value?.ToJsonString()}"))}]",
        'v' => $"[{step[2..]}]",
        _ => "",
    }));

    private static void Add(Dictionary<string, JsonNode?> fields, string at, string path, JsonNode? value, bool hasSchema)
    {
        // The schema of what all objects have is known for custom resources too.
        var known = hasSchema || path.StartsWith("metadata.", StringComparison.Ordinal);
        switch (value)
        {
            case JsonObject { Count: > 0 } inner when !(known && ListKeys.IsAtom(path)):
                foreach (var (name, child) in inner.Where(f => f.Value is not null && !(path == "metadata" && OwnedByTheServer.Contains(f.Key))))
                {
                    Add(fields, $"{at}{Separator}f:{name}", $"{path}.{name}", child, hasSchema);
                }

                break;
            case JsonArray items when known && ListKeys.Of(path) is { } keys:
                foreach (var item in items.OfType<JsonObject>())
                {
                    var step = $"{at}{Separator}{ItemStep(item, keys)}";
                    fields[$"{step}{Separator}."] = null;
                    foreach (var (name, child) in item.Where(f => f.Value is not null))
                    {
                        Add(fields, $"{step}{Separator}f:{name}", $"{path}.{name}", child, hasSchema);
                    }
                }

                break;
            case JsonArray items when known && ListKeys.IsSet(path):
                foreach (var item in items)
                {
                    fields[$"{at}{Separator}v:{item!.ToJsonString()}"] = null;
                }

                break;
            default:
                fields[at] = value;
                break;
        }
    }
}
