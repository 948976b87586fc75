using System.CommandLine;
using EventGateway.Core.Model;
using EventGateway.Settings;

namespace EventGateway.Commands;

/// <summary>A command that reads settings from the command line, the environment and a file.</summary>
internal interface ISettingsCommand
{
    /// <summary>The flags of its help, in that order.</summary>
    IReadOnlyList<Setting> Offered { get; }

    /// <summary>Reads the settings for their faults alone.</summary>
    void Check(ParseResult parsed, CommandConsole console, List<ConfigProblem> faults);

    /// <summary>Reads the settings; lists all faults, or runs.</summary>
    /// <returns>The exit code.</returns>
    Task<int> InvokeAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken);
}
