using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using EventGateway.Core.Image;
using EventGateway.Sources.Kubernetes.Translation;
using k8s;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>From the JSON of one object, read once, to what is kept of it. Nothing is kept that nobody reads.</summary>
internal static class ObjectDecoder
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private const string TraceAnnotation = "eventgateway.io/traceparent";

    private static readonly string[] KeysOfUse = ["tls.crt", "tls.key", "ca.crt", "cert"];
    private static readonly JsonSerializerOptions Options = MakeOptions();

    public static DecodedObject Decode(WatchedKind kind, ReadOnlySpan<byte> json, DateTimeOffset observedAt)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, kind.Type, Options) is IKubernetesObject<V1ObjectMeta> { Metadata: not null } typed)
            {
                return Keep(kind, typed, observedAt);
            }

            return Broken(kind, json, "it has no metadata");
        }
        catch (Exception e) when (e is JsonException or FormatException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            // The message may quote the value that could not be read.
            return Broken(kind, json, kind == WatchedKinds.Secret ? e.GetType().Name : e.Message);
        }
    }

    private static DecodedObject Keep(WatchedKind kind, IKubernetesObject<V1ObjectMeta> typed, DateTimeOffset observedAt)
    {
        var metadata = typed.Metadata;
        var id = new ObjectId(kind.Group, kind.Kind, kind.IsClusterScoped ? "" : metadata.NamespaceProperty ?? "", metadata.Name ?? "");
        var version = new ResourceVersion(metadata.ResourceVersion ?? "");
        if (!KubernetesName.IsSubdomain(id.Name) || (!kind.IsClusterScoped && !KubernetesName.IsLabel(id.Namespace)))
        {
            return new DecodedObject(id, version, null, "metadata: its name or namespace is none that Kubernetes allows");
        }

        var author = metadata.ManagedFields is { Count: > 0 } managers ? managers[0].Manager : "";
        metadata.ManagedFields = null;
        if (metadata.Annotations?.Remove(LastApplied) == true && metadata.Annotations.Count == 0)
        {
            metadata.Annotations = null;
        }

        Trim(typed);
        return new DecodedObject(id, version, new SourceObject
        {
            Id = id,
            ApiVersion = kind.ApiVersion,
            Metadata = metadata,
            Typed = typed,
            Provenance = new Provenance
            {
                Uid = metadata.Uid ?? "",
                ResourceVersion = version.Text,
                Generation = metadata.Generation ?? 0,
                ObservedAt = observedAt,
                Author = author,
                TraceParent = metadata.Annotations?.TryGetValue(TraceAnnotation, out var trace) == true ? trace : "",
            },
        });
    }

    private static void Trim(object typed)
    {
        switch (typed)
        {
            case V1Secret { Data: { } data } secret:
                secret.Data = data.Where(d => KeysOfUse.Contains(d.Key)).ToDictionary();
                break;
            case V1ConfigMap map:
                map.BinaryData = null;
                map.Data = map.Data?.Where(d => KeysOfUse.Contains(d.Key)).ToDictionary();
                break;
            case V1Service service:
                service.Status = null;
                break;
        }
    }

    /// <summary>What can be told of an object that cannot be read as what it should be.</summary>
    private static DecodedObject Broken(WatchedKind kind, ReadOnlySpan<byte> json, string fault)
    {
        var (name, @namespace, version) = ("", "", "");
        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                var isDeeper = reader.CurrentDepth == 1 && reader.ValueTextEquals("metadata"u8);
                var field = reader.CurrentDepth == 2 ? reader.GetString() : null;
                reader.Read();
                var text = reader.TokenType == JsonTokenType.String ? reader.GetString() ?? "" : "";
                (name, @namespace, version) = field switch
                {
                    "name" => (text, @namespace, version),
                    "namespace" => (name, text, version),
                    "resourceVersion" => (name, @namespace, text),
                    _ => (name, @namespace, version),
                };
                if (!isDeeper)
                {
                    reader.Skip();
                }
            }
        }
        catch (JsonException)
        {
            // What was read until there is what is known.
        }

        return new DecodedObject(new ObjectId(kind.Group, kind.Kind, kind.IsClusterScoped ? "" : @namespace, name), new ResourceVersion(version), null, fault);
    }

    private static JsonSerializerOptions MakeOptions()
    {
        JsonSerializerOptions? options = null;
        KubernetesJson.AddJsonOptions(o => options = new JsonSerializerOptions(o));
        options!.TypeInfoResolver = options.TypeInfoResolver!.WithAddedModifier(info =>
        {
            if (info.Type == typeof(V1ObjectMeta))
            {
                info.Properties.Single(p => p.Name == "managedFields").CustomConverter = new LatestManagerConverter();
            }
        });
        options.MakeReadOnly();
        return options;
    }
}
