using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Kinds;
using EventGateway.TestKit.Kubernetes.Server;
using EventGateway.TestKit.Kubernetes.Store;

namespace EventGateway.TestKit.Kubernetes.Writes;

/// <summary>
/// Deletions: at once, or when the last finalizer is gone; a namespace takes what is in it along. Stands in for the namespace controller,
/// unless that is held up. Takes the store's lock.
/// </summary>
internal sealed class Deletions(ObjectStore store, TimeProvider time)
{
    /// <summary>While set, deleted namespaces stay Terminating with all that is in them, as on a server without controllers.</summary>
    public bool HoldNamespaces { get; private set; }

    /// <returns>The object when it is still there, waiting for its finalizers; null: it is gone.</returns>
    public (StoredObject Last, bool IsGone) Delete(WriteRequest request, DeleteOptions options)
    {
        lock (store.Gate)
        {
            var current = store.Get_NeedsLock(request.Kind, new ObjectKey(request.Namespace, request.Name)) ?? throw ApiFault.NotFound(request.Kind, request.Name);
            CheckPreconditions_NeedsLock(request, current, options);
            return request.DryRun ? (current.As_NeedsLock(request.Kind), true) : Delete_NeedsLock(request.Kind, current);
        }
    }

    /// <returns>What matched, as it was.</returns>
    public IReadOnlyList<StoredObject> DeleteAll(WriteRequest request, ObjectFilter filter)
    {
        lock (store.Gate)
        {
            var all = store.Of_NeedsLock(request.Kind).Objects.Values.Where(o => filter.Matches(o.As_NeedsLock(request.Kind))).ToList();
            foreach (var o in all.Where(_ => !request.DryRun))
            {
                Delete_NeedsLock(request.Kind, o);
            }

            return all;
        }
    }

    public void Hold(bool hold)
    {
        lock (store.Gate)
        {
            HoldNamespaces = hold;
            foreach (var ns in store.Of_NeedsLock(ResourceKinds.Namespaces).Objects.Values.Where(o => o.Document_NeedsLock.IsTerminating()))
            {
                Sweep_NeedsLock(ns.Key.Name);
            }
        }
    }

    /// <summary>Takes an object away for good, and with the last of a dying namespace the namespace.</summary>
    public void Remove_NeedsLock(StoredObject o)
    {
        store.Remove_NeedsLock(o);
        Sweep_NeedsLock(o.Key.Namespace);
    }

    private (StoredObject, bool) Delete_NeedsLock(ResourceKind view, StoredObject current)
    {
        if (!current.Document_NeedsLock.HasFinalizers())
        {
            Remove_NeedsLock(current);
            return (current.As_NeedsLock(view), true);
        }

        var last = current.Document_NeedsLock.IsTerminating() ? current : store.Put_NeedsLock(current.Kind, Terminating_NeedsLock(current));
        if (current.Kind == ResourceKinds.Namespaces)
        {
            Sweep_NeedsLock(current.Key.Name);
        }

        return (last.As_NeedsLock(view), false);
    }

    private JsonObject Terminating_NeedsLock(StoredObject current)
    {
        var document = current.Copy_NeedsLock();
        document.Metadata()["deletionTimestamp"] = Clock.Seconds(time);
        if (current.Kind == ResourceKinds.Namespaces)
        {
            document["status"] = new JsonObject { ["phase"] = "Terminating" };
        }
        else
        {
            document.Metadata()["deletionGracePeriodSeconds"] = 0;
            if (current.Kind.HasGeneration)
            {
                document.Metadata()["generation"] = document.Generation() + 1;
            }
        }

        return document;
    }

    private void Sweep_NeedsLock(string name)
    {
        if (HoldNamespaces || name.Length == 0 || store.Get_NeedsLock(ResourceKinds.Namespaces, new ObjectKey("", name)) is not { } ns || !ns.Document_NeedsLock.IsTerminating())
        {
            return;
        }

        var inside = store.Kinds_NeedsLock.Where(k => k.Kind.Namespaced).SelectMany(k => k.Objects.Values).Where(o => o.Key.Namespace == name).ToList();
        foreach (var o in inside)
        {
            if (!o.Document_NeedsLock.HasFinalizers())
            {
                store.Remove_NeedsLock(o);
            }
            else if (!o.Document_NeedsLock.IsTerminating())
            {
                store.Put_NeedsLock(o.Kind, Terminating_NeedsLock(o));
            }
        }

        var finalizers = ns.Document_NeedsLock["metadata"]?["finalizers"] is JsonArray { Count: > 0 };
        if (!finalizers && inside.All(o => !o.Document_NeedsLock.HasFinalizers()))
        {
            store.Remove_NeedsLock(ns);
        }
    }

    private static void CheckPreconditions_NeedsLock(WriteRequest request, StoredObject current, DeleteOptions options)
    {
        var document = current.Document_NeedsLock;
        if (options.Uid is { } uid && uid != document.Uid())
        {
            throw ApiFault.Conflict(request.Kind, request.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {document.Uid()}");
        }

        if (options.ResourceVersion is { } version && version != document.RevisionText())
        {
            throw ApiFault.Conflict(request.Kind, request.Name, $"Precondition failed: ResourceVersion in precondition: {version}, ResourceVersion in object meta: {document.RevisionText()}");
        }
    }
}
