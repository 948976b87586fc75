using System.Collections.Immutable;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;

namespace EventGateway.Core.Publishing;

/// <summary>What has to be appended for a log to hold what is wanted.</summary>
/// <param name="ChangeSets">In the order of appending; empty when nothing differs.</param>
/// <param name="Refused">What cannot be published, and why; its key keeps what the log has.</param>
/// <param name="HeldRemovals">Removals that the mass-removal guard holds back.</param>
/// <param name="LeftAlone">Entities that stay because the source could not be read in whole and has not mentioned them since it was started.</param>
public sealed record PublishPlan(ImmutableArray<ChangeSet> ChangeSets, ImmutableArray<RefusedRecord> Refused, int HeldRemovals, int LeftAlone);
