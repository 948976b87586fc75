using EventGateway.Core.Log;

namespace EventGateway.Core.Loading;

/// <summary>Which logs a process follows.</summary>
public sealed class LoaderOptions
{
    /// <summary>Empty: every origin.</summary>
    public IReadOnlySet<string> Origins { get; init; } = new HashSet<string>();

    /// <summary>Empty: every workspace.</summary>
    public IReadOnlySet<string> Workspaces { get; init; } = new HashSet<string>();

    public bool Includes(LogName log) => Includes(Origins, Workspaces, log);

    /// <summary>The rule for whoever names origins and workspaces, none of either meaning every one.</summary>
    public static bool Includes(IReadOnlySet<string> origins, IReadOnlySet<string> workspaces, LogName log) =>
        (origins.Count == 0 || origins.Contains(log.Origin)) && (workspaces.Count == 0 || workspaces.Contains(log.Workspace));
}
