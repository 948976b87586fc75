namespace EventGateway.Core.Model;

/// <param name="Backend">Key of a backend of the same log.</param>
/// <param name="Weight">Share of the requests; 0: none.</param>
public sealed record WeightedBackend(EntityKey Backend, int Weight);
