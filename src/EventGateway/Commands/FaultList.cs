using System.CommandLine.Parsing;
using EventGateway.Core.Model;

namespace EventGateway.Commands;

/// <summary>Faults of usage and settings, as a user sees them.</summary>
internal static class FaultList
{
    /// <returns>The exit code.</returns>
    public static int Write(TextWriter error, CommandResult command, IReadOnlyCollection<ConfigProblem> faults)
    {
        foreach (var fault in faults.Distinct())
        {
            error.WriteLine($"eventgateway: {fault}");
        }

        error.WriteLine($"See: {string.Join(' ', Path(command))} --help");
        return ExitCodes.Usage;
    }

    private static IEnumerable<string> Path(CommandResult command) =>
        command.Parent is CommandResult parent ? [.. Path(parent), command.Command.Name] : ["eventgateway"];
}
