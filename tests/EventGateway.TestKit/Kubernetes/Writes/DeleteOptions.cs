using System.Text.Json.Nodes;

namespace EventGateway.TestKit.Kubernetes.Writes;

/// <summary>What a deletion insists on. Null: nothing.</summary>
internal sealed record DeleteOptions(string? Uid, string? ResourceVersion)
{
    public static readonly DeleteOptions None = new(null, null);

    public static DeleteOptions Of(JsonObject? body) =>
        body?["preconditions"] is JsonObject preconditions ? new(preconditions["uid"]?.ToString(), preconditions["resourceVersion"]?.ToString()) : None;
}
