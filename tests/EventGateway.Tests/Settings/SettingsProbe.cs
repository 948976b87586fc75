using EventGateway.Core.Model;
using EventGateway.Settings;

namespace EventGateway.Tests.Settings;

/// <summary>A reader over values that a test names.</summary>
internal sealed class SettingsProbe
{
    private readonly List<ConfigProblem> _faults = [];

    public SettingsProbe(Dictionary<string, string[]>? flags = null, Dictionary<string, string>? environment = null, string? file = null)
    {
        var sources = new SettingSources(
            setting => flags?.GetValueOrDefault(setting.Name) is { } values ? SettingSources.Split(setting, new SettingValue([.. values], setting.Flag)) : null,
            name => environment?.GetValueOrDefault(name),
            file is null ? null : ConfigFile.Read(file, _faults));
        Reader = new SettingsReader(sources, _faults);
    }

    public SettingsReader Reader { get; }

    public IEnumerable<string> Faults => _faults.Select(f => f.ToString());
}
