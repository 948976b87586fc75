using System.Collections.Immutable;

namespace EventGateway.TestKit.Processes;

/// <summary>What <c>/status</c> answers, as far as tests look at it.</summary>
/// <param name="ImageHash">All logs together.</param>
public sealed record GatewayStatus(string Role, bool Ready, string ImageHash, ImmutableArray<GatewayLogStatus> Logs)
{
    /// <summary>What two processes that serve the same have in common.</summary>
    public string Fingerprint => $"{ImageHash} [{string.Join(", ", Logs.OrderBy(l => l.Name, StringComparer.Ordinal).Select(l => $"{l.Name} {l.LogId:N}@{l.Commit} {l.ImageHash}"))}]";

    public GatewayLogStatus? Log(string workspace) => Logs.SingleOrDefault(l => l.Workspace == workspace);
}
