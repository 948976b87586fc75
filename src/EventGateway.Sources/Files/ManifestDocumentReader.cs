using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using EventGateway.Core.Image;
using EventGateway.Sources.Kubernetes.Translation;
using k8s;
using k8s.Models;

namespace EventGateway.Sources.Files;

/// <summary>From a document's text to the objects in it; made for one use.</summary>
internal sealed class ManifestDocumentReader
{
    /// <summary>What etcd takes by default; the log's records have the same order of magnitude.</summary>
    private const int MaxObjectBytes = 3 * 512 * 1024;

    private const string DefaultNamespace = "default";
    private const string TraceAnnotation = "eventgateway.io/traceparent";

    private readonly DateTimeOffset _observedAt;
    private readonly ImmutableArray<ManifestItem>.Builder _items = ImmutableArray.CreateBuilder<ManifestItem>();
    private readonly ImmutableArray<ManifestFault>.Builder _faults = ImmutableArray.CreateBuilder<ManifestFault>();

    private ManifestDocumentReader(DateTimeOffset observedAt) => _observedAt = observedAt;

    /// <param name="observedAt">When the text was first seen.</param>
    public static ManifestDocument Read(string text, bool isJson, DateTimeOffset observedAt)
    {
        var reader = new ManifestDocumentReader(observedAt);
        try
        {
            var node = isJson ? JsonNodeReader.Read(text) : YamlNodeReader.Read(text);
            if (node is not null)
            {
                reader.AddNode(node, "", "");
            }
        }
        catch (ManifestSyntaxException e)
        {
            reader._faults.Add(new ManifestFault(null, "", [new ManifestProblem(e.Line, e.Message)]));
        }

        return new ManifestDocument(reader._items.ToImmutable(), reader._faults.ToImmutable());
    }

    private void AddNode(ManifestNode node, string inheritedVersion, string inheritedKind)
    {
        if (node is not ManifestMapping mapping)
        {
            Refuse(null, "", node.Line, "this is not an object; expected a map with apiVersion, kind and metadata");
            return;
        }

        var apiVersion = mapping.Text("apiVersion") ?? inheritedVersion;
        var kind = mapping.Text("kind") ?? inheritedKind;
        if (apiVersion.Length == 0 || kind.Length == 0)
        {
            RefuseUntyped(mapping, apiVersion, kind);
        }
        else if (kind.EndsWith("List", StringComparison.Ordinal) && mapping.Fields.GetValueOrDefault("items") is ManifestSequence items)
        {
            foreach (var item in items.Items)
            {
                AddNode(item, kind == "List" ? "" : apiVersion, kind == "List" ? "" : kind[..^"List".Length]);
            }
        }
        else
        {
            mapping.Fields.TryAdd("apiVersion", new ManifestScalar(mapping.Line, JsonValueKind.String, apiVersion));
            mapping.Fields.TryAdd("kind", new ManifestScalar(mapping.Line, JsonValueKind.String, kind));
            AddObject(mapping, apiVersion, kind);
        }
    }

    private void RefuseUntyped(ManifestMapping mapping, string apiVersion, string kind)
    {
        var metadata = mapping.Fields.GetValueOrDefault("metadata") as ManifestMapping;
        var message = kind.Length == 0
            ? "kind: it is missing or no text; name the object's type, for example apiVersion: networking.k8s.io/v1, kind: Ingress"
            : $"apiVersion: it is missing or no text; kind {kind} needs one, as kubectl does, for example apiVersion: networking.k8s.io/v1";
        ObjectId? id = kind.Length == 0 ? null : new ObjectId("", kind, metadata?.Text("namespace") ?? DefaultNamespace, metadata?.Text("name") ?? "");
        Refuse(id, apiVersion, mapping.Line, message);
    }

    private void AddObject(ManifestMapping mapping, string apiVersion, string kind)
    {
        var metadata = mapping.Fields.GetValueOrDefault("metadata") as ManifestMapping;
        var name = metadata?.Text("name") ?? "";
        var isClusterScoped = ManifestKinds.IsClusterScoped(kind);
        var @namespace = isClusterScoped ? "" : metadata?.Text("namespace") ?? DefaultNamespace;
        var id = new ObjectId(ManifestKinds.GroupOf(apiVersion), kind, @namespace, name);
        var isTyped = ManifestKinds.TryGet(apiVersion, kind, out var typed);
        if (NameFault(metadata, id, isTyped) is { } nameFault)
        {
            Refuse(id, apiVersion, metadata?.Line ?? mapping.Line, nameFault);
            return;
        }

        var schema = new ManifestSchema(hideValues: kind == "Secret");
        if (isTyped)
        {
            schema.Check(mapping, typed.Type, "");
        }
        else if (metadata is not null)
        {
            schema.Check(metadata, typeof(V1ObjectMeta), "metadata");
        }

        var json = Json(isTyped ? mapping : metadata!);
        if (json.Length > MaxObjectBytes && isTyped)
        {
            schema.Problems.Add(new ManifestProblem(mapping.Line, $"the object has {json.Length / 1048576.0:0.0} MiB; more than 1.5 MiB fit neither into Kubernetes nor into the log, split it"));
        }

        if (schema.Problems.Count > 0)
        {
            _faults.Add(new ManifestFault(id, apiVersion, [.. schema.Problems]));
            return;
        }

        Add(mapping, id, apiVersion, isTyped ? typed.Read : null, json, [.. schema.UnknownFields.Where(_ => isTyped)]);
    }

    private void Add(ManifestMapping mapping, ObjectId id, string apiVersion, Func<string, object>? read, string json, ImmutableArray<string> warnings)
    {
        try
        {
            var typed = read?.Invoke(json);
            var metadata = (typed as IMetadata<V1ObjectMeta>)?.Metadata ?? KubernetesJson.Deserialize<V1ObjectMeta>(json);
            if (typed is V1Secret secret)
            {
                TakeStringData(secret);
            }

            _items.Add(new ManifestItem(
                new SourceObject
                {
                    Id = id,
                    ApiVersion = apiVersion,
                    Metadata = metadata,
                    Typed = typed,
                    Warnings = warnings,
                    Provenance = ProvenanceOf(metadata),
                },
                mapping.Line));
        }
        catch (Exception e) when (e is JsonException or FormatException or NotSupportedException)
        {
            // What the schema check has let through; there is no line then but the object's.
            Refuse(id, apiVersion, mapping.Line, $"the object cannot be read: {(id.Kind == "Secret" ? e.GetType().Name : e.Message)}");
        }
    }

    private Provenance ProvenanceOf(V1ObjectMeta metadata)
    {
        var trace = metadata.Annotations is { } all && (all.TryGetValue(TraceAnnotation, out var value) || all.TryGetValue("traceparent", out value)) ? value : "";
        return new Provenance
        {
            Uid = metadata.Uid ?? "",
            ResourceVersion = metadata.ResourceVersion ?? "",
            Generation = metadata.Generation ?? 0,
            ObservedAt = _observedAt,
            Author = metadata.ManagedFields?.MaxBy(f => f.Time)?.Manager ?? "file",
            TraceParent = trace ?? "",
        };
    }

    private static string? NameFault(ManifestMapping? metadata, ObjectId id, bool isTyped)
    {
        if (id.Name.Length == 0)
        {
            return metadata?.Fields.ContainsKey("generateName") == true
                ? "metadata.generateName: files need objects with names; write metadata.name"
                : "metadata.name: it is missing or no text; give the object a name";
        }

        if (isTyped && !KubernetesName.IsSubdomain(id.Name))
        {
            return $"metadata.name: '{id.Name}' is not an object's name; use lower-case letters, digits, '-' and '.'";
        }

        return id.Namespace.Length == 0 || KubernetesName.IsLabel(id.Namespace)
            ? null
            : $"metadata.namespace: '{id.Namespace}' is not a namespace; use up to 63 lower-case letters, digits and '-'";
    }

    // As the API server does it: what stringData says goes before data.
    private static void TakeStringData(V1Secret secret)
    {
        if (secret.StringData is { Count: > 0 } texts)
        {
            var data = new Dictionary<string, byte[]>(secret.Data ?? new Dictionary<string, byte[]>());
            foreach (var (key, text) in texts)
            {
                data[key] = Encoding.UTF8.GetBytes(text ?? "");
            }

            secret.Data = data;
            secret.StringData = null;
        }
    }

    private static string Json(ManifestNode node)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            node.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private void Refuse(ObjectId? id, string apiVersion, int line, string message) =>
        _faults.Add(new ManifestFault(id, apiVersion, [new ManifestProblem(line, message)]));
}
