using System.Collections.Immutable;
using EventGateway.Echo;
using EventGateway.Hosting;
using EventGateway.Settings;

namespace EventGateway.Commands;

/// <summary><c>eventgateway echo</c>: stand-ins for upstreams.</summary>
internal sealed class EchoCommand() : SettingsCommand<EchoSettings>(
    "echo",
    "For trying things out: answers every request on the given ports with a JSON description of it.",
    [SettingCatalog.EchoBind],
    SettingCatalog.EchoPorts)
{
    public override ImmutableArray<string> Examples => ["eventgateway echo 9001 9002 9003", "eventgateway echo 9001 --bind 0.0.0.0"];

    protected override EchoSettings Read(SettingsReader reader)
    {
        var ports = reader.Ports(SettingCatalog.EchoPorts);
        if (!reader.IsSet(SettingCatalog.EchoPorts))
        {
            reader.Fault("PORT", "name at least one port, for example: eventgateway echo 9001");
        }

        return new EchoSettings(reader.Address(SettingCatalog.EchoBind), [.. ports.Distinct()]);
    }

    protected override async Task<int> RunAsync(EchoSettings settings, CommandConsole console, CancellationToken cancellationToken)
    {
        if (PortCheck.Faults(settings.Ports.Select(p => new ListenAddress("PORT", settings.Address, p))) is { Count: > 0 } faults)
        {
            return PortCheck.Refuse(console.Error, faults);
        }

        await EchoServers.RunAsync(settings.Address, settings.Ports, urls => console.Out.WriteLineAsync($"echoing on {string.Join(", ", urls)}"), cancellationToken);
        return ExitCodes.Done;
    }
}
