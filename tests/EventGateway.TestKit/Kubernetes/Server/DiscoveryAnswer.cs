using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Kinds;

namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>What is served, as clients find it out.</summary>
internal sealed class DiscoveryAnswer(KindTable kinds)
{
    private static readonly string[] Verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    private static readonly ResourceKind[] Reviews = [Review("selfsubjectaccessreviews", "SelfSubjectAccessReview"), Review("selfsubjectrulesreviews", "SelfSubjectRulesReview")];

    /// <summary>Null: there is nothing at this path.</summary>
    public JsonObject? Read(string path) => path.Trim('/').Split('/') switch
    {
        ["version"] => new JsonObject
        {
            ["major"] = "1", ["minor"] = "36", ["gitVersion"] = "v1.36.0", ["gitTreeState"] = "clean", ["platform"] = "linux/amd64", ["goVersion"] = "go1.26", ["compiler"] = "gc",
        },
        ["api"] => new JsonObject { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1"), ["serverAddressByClientCIDRs"] = new JsonArray() },
        ["apis"] => new JsonObject { ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = new JsonArray([.. Groups().Select(g => Group(g, false))]) },
        ["apis", var group] when Groups().Contains(group) => Group(group, true),
        ["api", var version] => Resources("", version),
        ["apis", var group, var version] => Resources(group, version),
        _ => null,
    };

    private IEnumerable<ResourceKind> All() => kinds.All.Concat(Reviews);

    private IEnumerable<string> Groups() => All().Select(k => k.Group).Where(g => g.Length > 0).Distinct();

    private JsonObject Group(string name, bool alone)
    {
        var versions = All().Where(k => k.Group == name).Select(k => k.Version).Distinct().ToList();
        JsonObject Version(string version) => new() { ["groupVersion"] = $"{name}/{version}", ["version"] = version };
        var group = new JsonObject { ["name"] = name, ["versions"] = new JsonArray([.. versions.Select(Version)]), ["preferredVersion"] = Version(versions[0]) };
        if (alone)
        {
            group["kind"] = "APIGroup";
            group["apiVersion"] = "v1";
        }

        return group;
    }

    private JsonObject? Resources(string group, string version)
    {
        var served = All().Where(k => k.Group == group && k.Version == version).ToList();
        return served.Count == 0
            ? null
            : new JsonObject
            {
                ["kind"] = "APIResourceList",
                ["apiVersion"] = "v1",
                ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
                ["resources"] = new JsonArray([.. served.SelectMany(Entries)]),
            };
    }

    private static IEnumerable<JsonObject> Entries(ResourceKind kind)
    {
        var entry = Entry(kind, kind.Plural, Reviews.Contains(kind) ? ["create"] : Verbs);
        entry["singularName"] = kind.Singular;
        if (kind.ShortNames.Count > 0)
        {
            entry["shortNames"] = new JsonArray([.. kind.ShortNames.Select(n => JsonValue.Create(n))]);
        }

        yield return entry;
        if (kind.HasStatus)
        {
            yield return Entry(kind, $"{kind.Plural}/status", ["get", "patch", "update"]);
        }
    }

    private static JsonObject Entry(ResourceKind kind, string name, IEnumerable<string> verbs) => new()
    {
        ["name"] = name, ["singularName"] = "", ["namespaced"] = kind.Namespaced, ["kind"] = kind.Kind, ["verbs"] = new JsonArray([.. verbs.Select(v => JsonValue.Create(v))]),
    };

    private static ResourceKind Review(string plural, string kind) => new() { Group = "authorization.k8s.io", Version = "v1", Kind = kind, Plural = plural, Namespaced = false };
}
