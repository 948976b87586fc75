using System.Collections.Immutable;

namespace EventGateway.Core.Loading;

/// <summary>Whether a process has a config it can vouch for.</summary>
/// <param name="Reasons">Why not; empty when ready.</param>
public sealed record Readiness(ImmutableArray<string> Reasons)
{
    public static readonly Readiness Ready = new([]);

    public bool IsReady => Reasons.IsEmpty;
}
