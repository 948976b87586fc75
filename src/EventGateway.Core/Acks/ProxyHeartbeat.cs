using System.Collections.Immutable;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;

namespace EventGateway.Core.Acks;

/// <summary>What a proxy says of itself.</summary>
/// <param name="Version">Of the program.</param>
/// <param name="ReaderSchema">Highest envelope schema it reads.</param>
/// <param name="IsReady">Whether it may get traffic.</param>
/// <param name="Origins">Of the logs it follows; empty: of every one.</param>
/// <param name="Workspaces">Of the logs it follows; empty: of every one.</param>
public sealed record ProxyHeartbeat(
    string Version, int ReaderSchema, DateTimeOffset? StartedAt, bool IsReady, ImmutableHashSet<string> Origins, ImmutableHashSet<string> Workspaces)
{
    public bool Follows(LogName log) => LoaderOptions.Includes(Origins, Workspaces, log);
}
