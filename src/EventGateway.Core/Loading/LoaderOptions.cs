using EventGateway.Core.Log;

namespace EventGateway.Core.Loading;

/// <summary>Which logs a process follows.</summary>
public sealed class LoaderOptions
{
    /// <summary>Empty: every origin.</summary>
    public IReadOnlySet<string> Origins { get; init; } = new HashSet<string>();

    /// <summary>Empty: every workspace.</summary>
    public IReadOnlySet<string> Workspaces { get; init; } = new HashSet<string>();

    public bool Includes(LogName log) =>
        (Origins.Count == 0 || Origins.Contains(log.Origin)) && (Workspaces.Count == 0 || Workspaces.Contains(log.Workspace));
}
