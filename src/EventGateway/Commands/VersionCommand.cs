using System.Collections.Immutable;
using EventGateway.Settings;

namespace EventGateway.Commands;

/// <summary><c>eventgateway version</c>.</summary>
internal sealed class VersionCommand() : SettingsCommand<bool>("version", "Prints the version.", [])
{
    public override ImmutableArray<string> Examples => ["eventgateway version"];

    protected override bool Read(SettingsReader reader) => true;

    protected override async Task<int> RunAsync(bool settings, CommandConsole console, CancellationToken cancellationToken)
    {
        await console.Out.WriteLineAsync($"eventgateway {ProductVersion.Text}");
        return ExitCodes.Done;
    }
}
