using System.Collections.Immutable;
using EventGateway.Core.Publishing;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What a snapshot comes to.</summary>
/// <param name="Desired">Per workspace; workspaces without any entity are left out. An unchanged one is the same object as before.</param>
/// <param name="Verdicts">One for each object, those of one namespace together, in the source's order.</param>
internal sealed record Translation(ImmutableDictionary<string, DesiredState> Desired, ImmutableArray<ObjectVerdict> Verdicts);
