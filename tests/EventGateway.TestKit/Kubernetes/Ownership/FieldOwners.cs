using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Writes;

namespace EventGateway.TestKit.Kubernetes.Ownership;

/// <summary>Keeps metadata.managedFields for writes that say no more than what is to be: who changes a field has it from then on.</summary>
internal sealed class FieldOwners(TimeProvider time)
{
    /// <param name="before">Empty: the object is new.</param>
    /// <param name="next">Gets the entries.</param>
    public void Update(WriteRequest request, JsonObject before, JsonObject next)
    {
        var (was, now) = (FieldTree.Read(before, request.Kind.IsBuiltIn), FieldTree.Read(next, request.Kind.IsBuiltIn));
        var changed = now.Where(f => !was.TryGetValue(f.Key, out var old) || !JsonNode.DeepEquals(old, f.Value)).Select(f => f.Key).ToHashSet();
        var gone = was.Keys.Where(f => !now.ContainsKey(f)).ToHashSet();
        var owners = FieldOwner.Read(before).ToList();
        if (changed.Count > 0 || gone.Count > 0)
        {
            owners = [.. owners.Select(o => o.Is(request.Manager, FieldOwner.Update, request.Subresource) ? o : o with { Fields = o.Fields.Except(changed) })];
            owners = [.. owners.Select(o => o with { Fields = o.Fields.Except(gone) })];
            Take(request, owners, changed);
        }

        FieldOwner.Write(next, owners);
    }

    private void Take(WriteRequest request, List<FieldOwner> owners, HashSet<string> changed)
    {
        var at = owners.FindIndex(o => o.Is(request.Manager, FieldOwner.Update, request.Subresource));
        if (at < 0)
        {
            at = owners.Count;
            owners.Add(new FieldOwner(request.Manager, FieldOwner.Update, request.Subresource, request.Kind.ApiVersion, "", []));
        }

        owners[at] = owners[at] with { Fields = owners[at].Fields.Union(changed), Time = Clock.Seconds(time) };
    }
}
