using System.Security.Cryptography;
using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Kinds;
using EventGateway.TestKit.Kubernetes.Rules;
using EventGateway.TestKit.Kubernetes.Server;
using EventGateway.TestKit.Kubernetes.Store;

namespace EventGateway.TestKit.Kubernetes.Writes;

/// <summary>Create, update and delete: what the server fills in, what it keeps to itself, and what it refuses. Takes the store's lock.</summary>
internal sealed class ObjectWrites(ObjectStore store, Deletions deletions, FieldOwners owners, TimeProvider time)
{
    private const string SuffixLetters = "bcdfghjklmnpqrstvwxz2456789";
    private const int SuffixLength = 5;

    public StoredObject Create(WriteRequest request, JsonObject body)
    {
        var document = Prepare(request, body);
        lock (store.Gate)
        {
            return Create_NeedsLock(request, document);
        }
    }

    /// <summary>Replaces an object, or its status.</summary>
    public StoredObject Replace(WriteRequest request, JsonObject body)
    {
        var document = Prepare(request, body);
        lock (store.Gate)
        {
            if (store.Get_NeedsLock(request.Kind, new ObjectKey(request.Namespace, request.Name)) is not { } current)
            {
                return request.Kind.CreateOnUpdate && request.Subresource.Length == 0 && document.RevisionText() is null or "" or "0"
                    ? Create_NeedsLock(request, document)
                    : throw ApiFault.NotFound(request.Kind, request.Name);
            }

            if (document.RevisionText() is null or "" or "0" && !request.Kind.UnconditionalUpdate)
            {
                throw ApiFault.Invalid(request.Kind, request.Name, [FieldFault.Invalid("metadata.resourceVersion", "0x0", "must be specified for an update")]);
            }

            var stored = request.Kind.ToStored is { } convert ? convert(document) : document;
            return Update_NeedsLock(request, current, stored, owners.Update);
        }
    }

    /// <summary>Changes an object in place. Nobody can come in between, so only a resourceVersion that the change brings can be stale.</summary>
    public StoredObject Change(WriteRequest request, Func<JsonObject, JsonObject> change)
    {
        lock (store.Gate)
        {
            var current = store.Get_NeedsLock(request.Kind, new ObjectKey(request.Namespace, request.Name)) ?? throw ApiFault.NotFound(request.Kind, request.Name);
            var viewed = current.As_NeedsLock(request.Kind).Copy_NeedsLock();
            var changed = BodyReader.Read(request, change(viewed));
            return Update_NeedsLock(request, current, request.Kind.ToStored is { } convert ? convert(changed) : changed, owners.Update);
        }
    }

    internal StoredObject Create_NeedsLock(WriteRequest request, JsonObject document)
    {
        var kind = request.Kind;
        CheckNamespace_NeedsLock(request, document.Name() ?? "");
        var metadata = document.Metadata();
        if (document.RevisionText() is not (null or "" or "0"))
        {
            throw new ApiFault(500, "", "resourceVersion should not be set on objects to be created");
        }

        if (document.Name() is null or "" && metadata["generateName"]?.ToString() is { Length: > 0 } prefix)
        {
            metadata["name"] = prefix + RandomNumberGenerator.GetString(SuffixLetters, SuffixLength);
        }

        if (kind.Namespaced)
        {
            metadata["namespace"] = request.Namespace;
        }

        foreach (var field in new[] { "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "resourceVersion" })
        {
            metadata.Remove(field);
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = Clock.Seconds(time);
        metadata.Remove("generation");
        if (kind.HasGeneration)
        {
            metadata["generation"] = 1;
        }

        if (kind.HasStatus)
        {
            document.Remove("status");
        }

        Defaults.Fill(kind, document, null);
        ObjectRules.Check(kind, document, null);
        document = kind.ToStored is { } convert ? convert(document) : document;
        if (store.Get_NeedsLock(kind, new ObjectKey(request.Namespace, document.Name()!)) is not null)
        {
            throw ApiFault.AlreadyExists(kind, document.Name()!);
        }

        owners.Update(request, [], document);
        return (request.DryRun ? new StoredObject(kind.Stored, document) : store.Put_NeedsLock(kind, document)).As_NeedsLock(kind);
    }

    /// <param name="owned">Puts down who set which fields.</param>
    internal StoredObject Update_NeedsLock(WriteRequest request, StoredObject current, JsonObject wanted, Action<WriteRequest, JsonObject, JsonObject> owned)
    {
        var kind = request.Kind.Stored;
        var before = current.Document_NeedsLock;
        CheckUnchanged(request, current, wanted);
        var next = Merged(request, before, wanted);
        Defaults.Fill(kind, next, before);
        ObjectRules.Check(kind, next, before);
        if (kind.HasGeneration && !SameSpec(before, next))
        {
            next.Metadata()["generation"] = before.Generation() + 1;
        }

        owned(request, before, next);
        next.SetRevision(current.Revision);
        if (JsonNode.DeepEquals(before, next))
        {
            return current.As_NeedsLock(request.Kind);
        }

        if (request.DryRun)
        {
            return new StoredObject(kind, next).As_NeedsLock(request.Kind);
        }

        if (next.IsTerminating() && !next.HasFinalizers())
        {
            deletions.Remove_NeedsLock(current);
            return new StoredObject(kind, next).As_NeedsLock(request.Kind);
        }

        return store.Put_NeedsLock(kind, next).As_NeedsLock(request.Kind);
    }

    private JsonObject Prepare(WriteRequest request, JsonObject body)
    {
        var document = BodyReader.Read(request, body);
        if (request.Name.Length > 0 && document.Name() is { Length: > 0 } name && name != request.Name)
        {
            throw ApiFault.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Name})");
        }

        if (request.Kind.Namespaced && document.Namespace() is { Length: > 0 } ns && ns != request.Namespace)
        {
            throw ApiFault.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        }

        if (request.Name.Length > 0)
        {
            document.Metadata()["name"] = request.Name;
        }

        return document;
    }

    private void CheckNamespace_NeedsLock(WriteRequest request, string name)
    {
        if (!request.Kind.Namespaced)
        {
            return;
        }

        var ns = store.Get_NeedsLock(ResourceKinds.Namespaces, new ObjectKey("", request.Namespace)) ?? throw ApiFault.NotFound(ResourceKinds.Namespaces, request.Namespace);
        if (ns.Document_NeedsLock.IsTerminating())
        {
            throw ApiFault.Forbidden(
                request.Kind.Group, request.Kind.Plural, name, $"unable to create new content in namespace {request.Namespace} because it is being terminated",
                ApiFault.Cause("NamespaceTerminating", $"namespace {request.Namespace} is being terminated", "metadata.namespace"));
        }
    }

    private static void CheckUnchanged(WriteRequest request, StoredObject current, JsonObject wanted)
    {
        if (wanted.RevisionText() is { Length: > 0 } and not "0" && wanted.Revision() != current.Revision)
        {
            throw ApiFault.Stale(request.Kind, request.Name);
        }

        if (wanted.Uid() is { Length: > 0 } uid && uid != current.Document_NeedsLock.Uid())
        {
            throw ApiFault.Conflict(request.Kind, request.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.Document_NeedsLock.Uid()}");
        }
    }

    private static JsonObject Merged(WriteRequest request, JsonObject before, JsonObject wanted)
    {
        var next = (JsonObject)wanted.DeepClone();
        if (request.Subresource.Length > 0)
        {
            // Labels and annotations can come along with a built-in kind's status, but not with a custom resource's.
            var metadata = request.Kind.IsBuiltIn ? next["metadata"]?.DeepClone() : before["metadata"]?.DeepClone();
            next = (JsonObject)before.DeepClone();
            next["metadata"] = metadata;
            next.TakeFrom(wanted, request.Subresource == "finalize" ? "spec" : "status");
        }
        else if (request.Kind.HasStatus)
        {
            next.TakeFrom(before, "status");
        }

        var (kept, now) = ((JsonObject)before["metadata"]!, next.Metadata());
        foreach (var field in new[] { "name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "generateName" })
        {
            now.TakeFrom(kept, field);
        }

        return next;
    }

    private static bool SameSpec(JsonObject before, JsonObject after)
    {
        static JsonObject Spec(JsonObject document)
        {
            var spec = (JsonObject)document.DeepClone();
            spec.Remove("metadata");
            spec.Remove("status");
            return spec;
        }

        return JsonNode.DeepEquals(Spec(before), Spec(after));
    }
}
