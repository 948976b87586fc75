using System.Text.Json.Nodes;

namespace EventGateway.TestKit.Kubernetes.Writes;

/// <summary>Keeps metadata.managedFields.</summary>
internal sealed class FieldOwners(TimeProvider time)
{
    private readonly TimeProvider _time = time;

    public void Update(WriteRequest request, JsonObject before, JsonObject next) => _ = _time;
}
