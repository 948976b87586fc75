using System.Collections.Immutable;

namespace EventGateway.Tests.Observability;

/// <summary>What /metrics says of one name.</summary>
/// <param name="Type">counter, gauge or histogram.</param>
/// <param name="Labels">Of all its series, <c>le</c> left out; null: it has no series yet.</param>
internal sealed record MetricFamily(string Name, string Type, ImmutableSortedSet<string>? Labels);
