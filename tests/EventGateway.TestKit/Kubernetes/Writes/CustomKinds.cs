using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Kinds;
using EventGateway.TestKit.Kubernetes.Store;

namespace EventGateway.TestKit.Kubernetes.Writes;

/// <summary>Serves the kinds that definitions of custom resources bring, and takes those away whose definition is gone, with their objects.</summary>
internal sealed class CustomKinds(ObjectStore store, KindTable kinds, TimeProvider time)
{
    /// <summary>To be called after a write; does nothing unless it was to a definition.</summary>
    public void Update(ResourceKind written)
    {
        if (written != ResourceKinds.CustomResourceDefinitions)
        {
            return;
        }

        lock (store.Gate)
        {
            var definitions = store.Of_NeedsLock(ResourceKinds.CustomResourceDefinitions).Objects.Values.ToList();
            foreach (var definition in definitions)
            {
                Serve_NeedsLock(definition);
            }

            var defined = definitions.Select(d => d.Key.Name).ToHashSet();
            foreach (var kind in kinds.All.Where(k => !k.IsBuiltIn && !defined.Contains(k.ResourceName)).DistinctBy(k => k.ResourceName))
            {
                RemoveAll_NeedsLock(kind);
            }
        }
    }

    private void Serve_NeedsLock(StoredObject definition)
    {
        var spec = (JsonObject)definition.Document_NeedsLock["spec"]!;
        var names = (JsonObject)spec["names"]!;
        var (group, plural) = (spec["group"]!.ToString(), names["plural"]!.ToString());
        kinds.Replace(group, plural, spec["versions"]!.AsArray().OfType<JsonObject>().Where(v => v["served"]?.GetValue<bool>() == true).Select(v => new ResourceKind
        {
            Group = group,
            Version = v["name"]!.ToString(),
            Kind = names["kind"]!.ToString(),
            Plural = plural,
            Namespaced = spec["scope"]?.ToString() == "Namespaced",
            HasStatus = v["subresources"]?["status"] is not null,
            HasGeneration = true,
            UnconditionalUpdate = false,
        }));
        if (definition.Document_NeedsLock["status"]?["conditions"] is not null)
        {
            return;
        }

        var established = definition.Copy_NeedsLock();
        established["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(Condition("NamesAccepted", "NoConflicts"), Condition("Established", "InitialNamesAccepted")),
            ["acceptedNames"] = names.DeepClone(),
            ["storedVersions"] = new JsonArray([.. spec["versions"]!.AsArray().Where(v => v?["storage"]?.GetValue<bool>() == true).Select(v => v!["name"]!.DeepClone())]),
        };
        store.Put_NeedsLock(definition.Kind, established);
    }

    private void RemoveAll_NeedsLock(ResourceKind kind)
    {
        var objects = store.Of_NeedsLock(kind);
        foreach (var o in objects.Objects.Values.ToList())
        {
            store.Remove_NeedsLock(o);
        }

        foreach (var watch in objects.Watches)
        {
            watch.End();
        }

        kinds.Replace(kind.Group, kind.Plural, []);
    }

    private JsonObject Condition(string type, string reason) => new()
    {
        ["type"] = type, ["status"] = "True", ["reason"] = reason, ["message"] = "", ["lastTransitionTime"] = Clock.Seconds(time),
    };
}
