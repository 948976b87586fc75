using EventGateway.Core.Model;

namespace EventGateway.Commands;

/// <summary>Faults of usage and settings, as a user sees them.</summary>
internal static class FaultList
{
    /// <returns>The exit code.</returns>
    public static int Write(TextWriter error, string command, IReadOnlyCollection<ConfigProblem> faults)
    {
        foreach (var fault in faults.Distinct())
        {
            error.WriteLine($"eventgateway: {fault}");
        }

        error.WriteLine($"See: eventgateway {command} --help".Replace("  ", " ", StringComparison.Ordinal));
        return ExitCodes.Usage;
    }
}
