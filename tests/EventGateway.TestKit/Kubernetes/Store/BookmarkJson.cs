using System.Globalization;
using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Kinds;

namespace EventGateway.TestKit.Kubernetes.Store;

/// <summary>The object of a bookmark: its kind with nothing but a revision. A built-in one has a null for the time it was made, as on a real server.</summary>
internal static class BookmarkJson
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    public static byte[] Of(ResourceKind kind, long revision, bool endsInitialEvents)
    {
        var metadata = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture) };
        if (kind.IsBuiltIn)
        {
            metadata["creationTimestamp"] = null;
        }

        if (endsInitialEvents)
        {
            metadata["annotations"] = new JsonObject { [InitialEventsEnd] = "true" };
        }

        return StoredObject.Bytes(new JsonObject { ["kind"] = kind.Kind, ["apiVersion"] = kind.ApiVersion, ["metadata"] = metadata });
    }
}
