using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using EventGateway.TestKit.Kubernetes.Kinds;
using EventGateway.TestKit.Kubernetes.Store;

namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>Lists: whole or in pages, of now or of a revision that is still known.</summary>
internal sealed class ListAnswer(ObjectStore store)
{
    private const string TooOld =
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, " +
        "or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an " +
        "inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

    public byte[] Read(ResourceKind kind, ObjectFilter filter, ApiQuery query)
    {
        Check(kind, query);
        var token = query.Continue.Length > 0 ? ContinueToken.Parse(query.Continue) : null;
        // Lists from the cache, which is what revision 0 asks for, come whole.
        var limit = query.ResourceVersion == "0" ? 0 : query.Limit;
        List<StoredObject> page;
        long revision;
        int matching;
        lock (store.Gate)
        {
            (var objects, revision) = Objects_NeedsLock(kind, query, token);
            var all = objects.Values.Where(o => token is null || o.Key.CompareTo(token.Key) > 0).Select(o => o.As_NeedsLock(kind)).Where(filter.Matches).ToList();
            matching = all.Count;
            page = limit > 0 ? [.. all.Take(limit)] : all;
        }

        var rest = matching - page.Count;
        return Write(kind, page, revision, rest > 0 ? ContinueToken.After(revision, page[^1].Key).ToString() : null, filter.HasSelector ? 0 : rest);
    }

    private static void Check(ResourceKind kind, ApiQuery query)
    {
        if (query.Continue.Length > 0 && query.ResourceVersion is not ("" or "0"))
        {
            throw ApiFault.BadRequest("specifying resource version is not allowed when using continue");
        }

        if (query.ResourceVersionMatch.Length > 0 && query.ResourceVersion.Length == 0)
        {
            throw ApiFault.Invalid(ListOptions, "", [FieldFault.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided")]);
        }

        if (query.ResourceVersionMatch is not ("" or "Exact" or "NotOlderThan"))
        {
            throw ApiFault.Invalid(ListOptions, "", [FieldFault.NotSupported("resourceVersionMatch", query.ResourceVersionMatch, "Exact", "NotOlderThan")]);
        }

        if (query.SendInitialEvents is not null && !query.Watch)
        {
            throw ApiFault.Invalid(ListOptions, "", [FieldFault.Forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list")]);
        }

        _ = query.Revision(kind);
    }

    internal static readonly ResourceKind ListOptions = new() { Group = "meta.k8s.io", Version = "v1", Kind = "ListOptions", Plural = "listoptions" };

    private (ImmutableSortedDictionary<ObjectKey, StoredObject> Objects, long Revision) Objects_NeedsLock(ResourceKind kind, ApiQuery query, ContinueToken? token)
    {
        var objects = store.Of_NeedsLock(kind);
        var now = store.Revision_NeedsLock;
        if (token is { Revision: > 0 })
        {
            return (objects.At(token.Revision) ?? throw ApiFault.Expired(TooOld, (token with { Revision = -1 }).ToString()), token.Revision);
        }

        var wanted = query.Revision(kind) ?? 0;
        if (wanted > now)
        {
            throw ApiFault.TooLarge(wanted, now);
        }

        return query.ResourceVersionMatch == "Exact"
            ? (objects.At(wanted) ?? throw ApiFault.Expired("The resourceVersion for the provided list is too old."), wanted)
            : (objects.Objects, now);
    }

    private static byte[] Write(ResourceKind kind, IReadOnlyList<StoredObject> items, long revision, string? continueWith, int remaining)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        json.WriteString("kind", $"{kind.Kind}List");
        json.WriteString("apiVersion", kind.ApiVersion);
        json.WriteStartObject("metadata");
        json.WriteString("resourceVersion", revision.ToString(CultureInfo.InvariantCulture));
        if (continueWith is not null)
        {
            json.WriteString("continue", continueWith);
        }

        if (remaining > 0)
        {
            json.WriteNumber("remainingItemCount", remaining);
        }

        json.WriteEndObject();
        json.WriteStartArray("items");
        foreach (var item in items)
        {
            json.WriteRawValue(item.ItemJson, skipInputValidation: true);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
