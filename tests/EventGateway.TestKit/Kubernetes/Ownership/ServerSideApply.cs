using System.Collections.Immutable;
using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Kinds;
using EventGateway.TestKit.Kubernetes.Server;
using EventGateway.TestKit.Kubernetes.Store;
using EventGateway.TestKit.Kubernetes.Writes;

namespace EventGateway.TestKit.Kubernetes.Ownership;

/// <summary>
/// Server-side apply: the body names all that its manager wants. 1. What another manager has set to something else is a conflict, unless
/// forced. 2. The body is merged in. 3. What the manager applied before and leaves out now goes, unless somebody else has it too.
/// </summary>
internal sealed class ServerSideApply(ObjectStore store, ObjectWrites writes, TimeProvider time)
{
    private static readonly FieldFault NoManager = FieldFault.Required("fieldManager", "is required for apply patch");
    private static readonly ResourceKind PatchOptions = new() { Group = "meta.k8s.io", Version = "v1", Kind = "PatchOptions", Plural = "patchoptions" };

    public (StoredObject Object, bool Created) Apply(WriteRequest request, byte[] body, string? manager, bool force)
    {
        if (string.IsNullOrEmpty(manager))
        {
            throw ApiFault.Invalid(PatchOptions, "", [NoManager]);
        }

        var applied = BodyReader.Parse(body);
        if (applied["apiVersion"] is null || applied["kind"] is null)
        {
            throw ApiFault.BadRequest("Object 'Kind' is missing: an apply patch has to name apiVersion and kind");
        }

        if (applied["metadata"]?["managedFields"] is not null)
        {
            throw ApiFault.BadRequest("metadata.managedFields must be nil");
        }

        applied = BodyReader.Read(request, applied);
        applied.Metadata()["name"] = request.Name;
        if (request.Kind.ToStored is { } convert)
        {
            applied = convert(applied);
        }

        Confine(request, applied);
        lock (store.Gate)
        {
            return store.Get_NeedsLock(request.Kind, new ObjectKey(request.Namespace, request.Name)) is { } current
                ? (Merge_NeedsLock(request, current, applied, force), false)
                : (Create_NeedsLock(request, applied), true);
        }
    }

    private StoredObject Create_NeedsLock(WriteRequest request, JsonObject applied)
    {
        if (request.Subresource.Length > 0 || applied.Uid() is { Length: > 0 })
        {
            throw ApiFault.NotFound(request.Kind, request.Name);
        }

        var mine = Mine(request, [], [.. FieldTree.Read(applied, request.Kind.IsBuiltIn).Keys]);
        return writes.Create_NeedsLock(request, request.Kind.FromStored is { } view ? view(applied) : applied, (_, _, next) => FieldOwner.Write(next, [mine]));
    }

    private StoredObject Merge_NeedsLock(WriteRequest request, StoredObject current, JsonObject applied, bool force)
    {
        var live = current.Document_NeedsLock;
        var (wanted, there) = (FieldTree.Read(applied, request.Kind.IsBuiltIn), FieldTree.Read(live, request.Kind.IsBuiltIn));
        var owners = FieldOwner.Read(live).ToList();
        var others = owners.Where(o => !o.Is(request.Manager, FieldOwner.Apply, request.Subresource)).ToList();
        var differing = wanted.Where(f => !there.TryGetValue(f.Key, out var value) || !JsonNode.DeepEquals(value, f.Value)).Select(f => f.Key).ToImmutableHashSet();
        CheckConflicts(others, differing, force);
        others = [.. others.Select(o => o with { Fields = o.Fields.Except(differing) })];

        var merged = (JsonObject)live.DeepClone();
        AppliedFields.Merge(merged, applied, "", request.Kind.IsBuiltIn);
        var left = owners.FirstOrDefault(o => o.Is(request.Manager, FieldOwner.Apply, request.Subresource))?.Fields.Except(wanted.Keys) ?? [];
        foreach (var field in left.Where(f => !others.Any(o => o.Fields.Contains(f))).OrderDescending(StringComparer.Ordinal))
        {
            AppliedFields.Remove(merged, field);
        }

        merged.Metadata()["resourceVersion"] = applied["metadata"]?["resourceVersion"]?.DeepClone();
        var mine = Mine(request, owners, [.. wanted.Keys]);
        return writes.Update_NeedsLock(request, current, merged, (_, _, next) => FieldOwner.Write(next, [.. others, mine]));
    }

    // The time of an entry changes with its fields only, so that applying the same again changes nothing.
    private FieldOwner Mine(WriteRequest request, IEnumerable<FieldOwner> owners, ImmutableHashSet<string> fields)
    {
        var old = owners.FirstOrDefault(o => o.Is(request.Manager, FieldOwner.Apply, request.Subresource));
        return old is not null && old.Fields.SetEquals(fields)
            ? old
            : new FieldOwner(request.Manager, FieldOwner.Apply, request.Subresource, request.Kind.ApiVersion, Clock.Seconds(time), fields);
    }

    private static void Confine(WriteRequest request, JsonObject applied)
    {
        if (request.IsStatus)
        {
            applied.Remove("spec");
        }
        else if (request.Kind.HasStatus)
        {
            applied.Remove("status");
        }
    }

    private static void CheckConflicts(IReadOnlyList<FieldOwner> others, ImmutableHashSet<string> differing, bool force)
    {
        var conflicts = others
            .SelectMany(o => o.Fields.Intersect(differing).Order(StringComparer.Ordinal).Select(f => (Manager: o.ToString(), Field: FieldTree.Display(f))))
            .OrderBy(c => c.Manager, StringComparer.Ordinal).ToList();
        if (force || conflicts.Count == 0)
        {
            return;
        }

        var message = conflicts.Count == 1
            ? $"Apply failed with 1 conflict: conflict with {conflicts[0].Manager}: {conflicts[0].Field}"
            : $"Apply failed with {conflicts.Count} conflicts: {string.Join('\n', conflicts.GroupBy(c => c.Manager).Select(g => $"conflicts with {g.Key}:\n{string.Join('\n', g.Select(c => $"- {c.Field}"))}"))}";
        throw ApiFault.ApplyConflict(message, conflicts);
    }
}
