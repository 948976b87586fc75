using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Kinds;

namespace EventGateway.TestKit.Kubernetes.Store;

/// <summary>One state of an object. Never changes; its bytes are made once for all who list and watch.</summary>
internal sealed class StoredObject
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly JsonObject _document;
    private readonly int _head;

    /// <param name="document">Handed over: nobody else changes it later.</param>
    public StoredObject(ResourceKind kind, JsonObject document)
    {
        Kind = kind;
        _document = Ordered(kind, document);
        Json = Bytes(_document);
        _head = Encoding.UTF8.GetByteCount($"{{\"kind\":\"{kind.Kind}\",\"apiVersion\":\"{kind.ApiVersion}\",");
        Key = new ObjectKey(_document.Namespace() ?? "", _document.Name() ?? "");
        Revision = _document.Revision();
        Labels = _document["metadata"]?["labels"] is JsonObject labels ? labels.ToDictionary(l => l.Key, l => l.Value?.ToString() ?? "") : [];
        Fields = kind.SelectableFields.ToDictionary(f => f, f => _document.At(f)?.ToString() ?? "");
    }

    public ResourceKind Kind { get; }

    public ObjectKey Key { get; }

    public long Revision { get; }

    public IReadOnlyDictionary<string, string> Labels { get; }

    public IReadOnlyDictionary<string, string> Fields { get; }

    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>As lists show it: what the server has types for comes without kind and apiVersion.</summary>
    public byte[] ItemJson => Kind.IsBuiltIn ? [(byte)'{', .. Json.Span[_head..]] : Json.ToArray();

    /// <summary>For reading only, and only with the store's lock held: a document builds its index when it is first read.</summary>
    public JsonObject Document_NeedsLock => _document;

    /// <summary>A copy to change. Wants the store's lock.</summary>
    public JsonObject Copy_NeedsLock() => (JsonObject)_document.DeepClone();

    /// <summary>The same object as another kind shows it.</summary>
    public StoredObject As_NeedsLock(ResourceKind view) => view == Kind ? this : new StoredObject(view, view.FromStored!(_document));

    /// <summary>The same state under another revision, as deletions are told.</summary>
    public StoredObject AtRevision_NeedsLock(long revision)
    {
        var document = Copy_NeedsLock();
        document.SetRevision(revision);
        return new StoredObject(Kind, document);
    }

    public static byte[] Bytes(JsonNode node) => JsonSerializer.SerializeToUtf8Bytes(node, Relaxed);

    private static JsonObject Ordered(ResourceKind kind, JsonObject document)
    {
        document.Remove("kind");
        document.Remove("apiVersion");
        document.Insert(0, "kind", kind.Kind);
        document.Insert(1, "apiVersion", kind.ApiVersion);
        return document;
    }
}
