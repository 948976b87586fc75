using System.Text.Json.Nodes;

namespace EventGateway.TestKit.Kubernetes.Kinds;

/// <summary>One kind of object as one version of its API group serves it.</summary>
public sealed record ResourceKind
{
    /// <summary>Empty: the core group.</summary>
    public required string Group { get; init; }

    public required string Version { get; init; }

    public required string Kind { get; init; }

    public required string Plural { get; init; }

    public string Singular => Kind.ToLowerInvariant();

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public bool Namespaced { get; init; } = true;

    /// <summary>Whether <c>/status</c> is a part of its own: other writes then leave the status as it is, and this one leaves all else.</summary>
    public bool HasStatus { get; init; }

    /// <summary>Whether the server counts changes of the spec.</summary>
    public bool HasGeneration { get; init; }

    /// <summary>Whether an update without a resourceVersion overwrites.</summary>
    public bool UnconditionalUpdate { get; init; } = true;

    /// <summary>Whether an update of what does not exist creates it.</summary>
    public bool CreateOnUpdate { get; init; }

    public NameRule Names { get; init; }

    /// <summary>
    /// JSON to the JSON that is left when it was read into the kind's type, so without unknown fields. Null: a custom resource, kept as sent.
    /// </summary>
    public Func<string, string>? Shape { get; init; }

    /// <summary>Whether lists leave out kind and apiVersion of their items, as they do for all that the server has types for.</summary>
    public bool IsBuiltIn => Shape is not null;

    /// <summary>The kind whose objects these are, when this is another view of them. Null: its own.</summary>
    public ResourceKind? ViewOf { get; init; }

    /// <summary>The document of <see cref="ViewOf"/> as this kind. Null with it.</summary>
    public Func<JsonObject, JsonObject>? FromStored { get; init; }

    public Func<JsonObject, JsonObject>? ToStored { get; init; }

    /// <summary>Fields a field selector may name besides metadata.name and metadata.namespace.</summary>
    public IReadOnlyList<string> SelectableFields { get; init; } = [];

    public ResourceKind Stored => ViewOf ?? this;

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>As error messages call it: <c>ingresses.networking.k8s.io</c>.</summary>
    public string ResourceName => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>As validation messages call it: <c>Ingress.networking.k8s.io</c>.</summary>
    public string KindName => Group.Length == 0 ? Kind : $"{Kind}.{Group}";
}
