using System.Collections.Immutable;
using EventGateway.Core.Publishing;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What one object comes to: kept as it is until the object, or something it refers to, is another.</summary>
internal abstract class TranslationUnit
{
    public ImmutableArray<DesiredEntity> Entities { get; init; } = [];

    /// <summary>The last pass that had a use for the unit; written by its <see cref="UnitTable{TKey,TUnit}"/> only.</summary>
    internal int Pass { get; set; }
}
