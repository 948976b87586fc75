using System.Text.Json.Nodes;

namespace EventGateway.TestKit.Kubernetes.Patching;

/// <summary>RFC 7386: objects are merged, null removes, all else replaces.</summary>
internal static class MergePatch
{
    public static JsonObject Apply(JsonObject document, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                document.Remove(name);
            }
            else if (value is JsonObject inner)
            {
                document[name] = Apply(document[name] is JsonObject there ? (JsonObject)there.DeepClone() : [], inner);
            }
            else
            {
                document[name] = value.DeepClone();
            }
        }

        return document;
    }
}
