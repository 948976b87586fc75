using System.Collections.Immutable;

namespace EventGateway.Sources;

/// <summary>What became of one object of a source.</summary>
/// <param name="Kind">"" when the document could not be read far enough to tell; so are the three after it.</param>
/// <param name="Namespace">"" for cluster-scoped kinds.</param>
/// <param name="Source">Where the object stands, as <c>file:line</c>.</param>
public sealed record ObjectVerdict(string Kind, string ApiVersion, string Namespace, string Name, string Source, VerdictOutcome Outcome)
{
    /// <summary>Why the object, or a part of it, is not in use. Never empty for refused and skipped objects.</summary>
    public ImmutableArray<string> Reasons { get; init; } = [];

    /// <summary>What is in use all the same, but perhaps not as its author thinks.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>For log lines: <c>Ingress shop/web</c>, or the source when the object has no name.</summary>
    public string DisplayName =>
        Kind.Length == 0 ? Source : Namespace.Length == 0 ? $"{Kind} {Name}" : $"{Kind} {Namespace}/{Name}";
}
