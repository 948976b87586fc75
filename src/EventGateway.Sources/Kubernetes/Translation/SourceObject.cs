using System.Collections.Immutable;
using EventGateway.Core.Image;
using k8s;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>
/// One object as a source last saw it. Nobody changes it or what it holds. A source hands out the same instance for as long as the
/// object's content stays the same: the translator's memory works by reference.
/// </summary>
internal sealed class SourceObject
{
    public required ObjectId Id { get; init; }

    public required string ApiVersion { get; init; }

    public required V1ObjectMeta Metadata { get; init; }

    /// <summary>The typed object for the kinds that are translated; null for all others.</summary>
    public object? Typed { get; init; }

    /// <summary>What the source found odd while it read the object.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    public Provenance Provenance { get; init; } = Provenance.None;

    public IDictionary<string, string>? Annotations => Metadata.Annotations;

    /// <summary>Null: there is no such annotation.</summary>
    public string? Annotation(string name) => Metadata.Annotations is { } all && all.TryGetValue(name, out var value) ? value : null;

    /// <summary>Null: there is no such label.</summary>
    public string? Label(string name) => Metadata.Labels is { } all && all.TryGetValue(name, out var value) ? value : null;

    public DateTimeOffset? CreatedAt =>
        Metadata.CreationTimestamp is { } time ? new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc)) : null;

    public bool HasContentOf(SourceObject other) => ReferenceEquals(this, other)
        || (ApiVersion == other.ApiVersion && Typed is not null && other.Typed is not null
            && KubernetesJson.Serialize(Typed) == KubernetesJson.Serialize(other.Typed));
}
