using System.Text.Json.Nodes;

namespace EventGateway.TestKit.Kubernetes.Kinds;

/// <summary>Events are kept once and served by two groups, under different names for the same fields.</summary>
internal static class EventViews
{
    private static readonly (string Core, string Events)[] Names =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("reportingComponent", "reportingController"), ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"),
    ];

    public static JsonObject FromStored(JsonObject stored)
    {
        var names = Names.ToDictionary(n => n.Core, n => n.Events);
        return Rename(stored, names, ResourceKinds.EventsV1.ApiVersion);
    }

    public static JsonObject ToStored(JsonObject viewed)
    {
        var names = Names.ToDictionary(n => n.Events, n => n.Core);
        return Rename(viewed, names, ResourceKinds.Events.ApiVersion);
    }

    private static JsonObject Rename(JsonObject document, Dictionary<string, string> names, string apiVersion)
    {
        var renamed = new JsonObject();
        foreach (var (name, value) in document)
        {
            renamed[names.GetValueOrDefault(name, name)] = name == "apiVersion" ? apiVersion : value?.DeepClone();
        }

        return renamed;
    }
}
