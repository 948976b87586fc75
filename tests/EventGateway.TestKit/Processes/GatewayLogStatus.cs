using System.Collections.Immutable;
using EventGateway.Core.Loading;

namespace EventGateway.TestKit.Processes;

/// <summary>One log in <c>/status</c>.</summary>
public sealed record GatewayLogStatus(
    string Origin,
    string Workspace,
    Guid LogId,
    long Commit,
    long Offset,
    string ImageHash,
    bool HashMatches,
    bool CaughtUp,
    string Source,
    bool Connected,
    string? Fault,
    ImmutableDictionary<string, int> Entities,
    ImmutableArray<RefusedRecord> Refused)
{
    public string Name => $"{Origin}/{Workspace}";
}
