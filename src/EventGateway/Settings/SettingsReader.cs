using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Settings;

/// <summary>
/// Turns what a user wrote into typed values. A fault never stops it: it is noted in <see cref="Faults"/> and a harmless value is
/// returned, so that all faults are known at once.
/// </summary>
internal sealed class SettingsReader(SettingSources sources, List<ConfigProblem> faults)
{
    private const int MaxPort = 65535;

    public IReadOnlyList<ConfigProblem> Faults => faults;

    public bool IsSet(Setting setting) => sources.Find(setting) is { Values.IsEmpty: false };

    public void Fault(string field, string message) => faults.Add(new ConfigProblem(field, message));

    /// <summary>The text of a setting; null when it is not set.</summary>
    public string? Text(Setting setting)
    {
        if (sources.Find(setting) is not { Values.IsEmpty: false } value)
        {
            return null;
        }

        if (value.Values.Length > 1)
        {
            Fault(value.From, $"expected one value, not {value.Values.Length}");
        }

        return value.Values[0];
    }

    /// <param name="example">What a right value looks like.</param>
    public string Required(Setting setting, string example)
    {
        if (Text(setting) is { Length: > 0 } text)
        {
            return text;
        }

        Missing(setting, example);
        return "";
    }

    public ImmutableArray<string> List(Setting setting) => sources.Find(setting)?.Values ?? [];

    /// <summary>A value that may stand in a file, as <c>@FILE</c>; null when that cannot be read, which says nothing of the value.</summary>
    /// <param name="name">What the value is for.</param>
    public string? Secret(Setting setting, string name, string text)
    {
        if (!text.StartsWith('@'))
        {
            return text;
        }

        try
        {
            return File.ReadAllText(text[1..]).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Fault(From(setting), $"the file for '{name}' cannot be read: {e.Message}");
            return null;
        }
    }

    public ImmutableArray<string> RequiredList(Setting setting, string example)
    {
        var values = List(setting);
        if (values.IsEmpty)
        {
            Missing(setting, example);
        }

        return values;
    }

    /// <summary>Names of origins or workspaces.</summary>
    public ImmutableArray<string> Labels(Setting setting)
    {
        var values = List(setting);
        foreach (var value in values.Where(v => !LogName.IsLabel(v)))
        {
            Fault(From(setting), NotALabel(value));
        }

        return values;
    }

    public string RequiredLabel(Setting setting, string example)
    {
        var value = Required(setting, example);
        if (value.Length > 0 && !LogName.IsLabel(value))
        {
            Fault(From(setting), NotALabel(value));
        }

        return value;
    }

    public bool Switch(Setting setting)
    {
        var text = Text(setting);
        switch (text?.ToLowerInvariant())
        {
            case null or "false" or "no" or "0":
                return false;
            case "" or "true" or "yes" or "1":
                return true;
            default:
                Fault(From(setting), $"'{text}' is neither true nor false");
                return false;
        }
    }

    /// <summary>A port; 0 stands for any free one.</summary>
    public int Port(Setting setting) => Number(setting, 0, MaxPort, $"is not a port; use 1 to {MaxPort}, or 0 for any free one") ?? 0;

    public ImmutableArray<int> Ports(Setting setting)
    {
        var ports = ImmutableArray.CreateBuilder<int>();
        foreach (var text in List(setting))
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= MaxPort)
            {
                ports.Add(port);
            }
            else
            {
                Fault(From(setting), $"'{text}' is not a port; use 1 to {MaxPort}");
            }
        }

        return ports.ToImmutable();
    }

    /// <summary>A whole number; null when it is not set or no number in the range.</summary>
    /// <param name="expectation">Goes on from the quoted value: <c>is not …; use …</c>.</param>
    public int? Number(Setting setting, int min, int max, string expectation)
    {
        if (Text(setting) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
        {
            return number;
        }

        Fault(From(setting), $"'{text}' {expectation}");
        return null;
    }

    /// <summary>A length of time from none to <paramref name="longest"/>; a bare number means seconds.</summary>
    public TimeSpan Duration(Setting setting, TimeSpan longest)
    {
        var text = Text(setting) ?? "";
        var unit = text.TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.');
        var factor = unit switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "s" or "" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            _ => TimeSpan.Zero,
        };
        if (factor > TimeSpan.Zero
            && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= longest / factor)
        {
            return number * factor;
        }

        Fault(From(setting), $"'{text}' is not a time; use for example 500ms, 5s or 1m, at most {longest.TotalHours:0}h");
        return TimeSpan.Zero;
    }

    /// <summary>An address to listen on; null: all.</summary>
    public IPAddress? Address(Setting setting)
    {
        if (Text(setting) is not { } text || text == "*")
        {
            return null;
        }

        if (IPAddress.TryParse(text, out var address))
        {
            return address;
        }

        Fault(From(setting), $"'{text}' is not an IP address; use for example 127.0.0.1 or ::1, or leave it out to listen on all");
        return null;
    }

    public string OneOf(Setting setting, params ReadOnlySpan<string> allowed)
    {
        var text = Text(setting) ?? allowed[0];
        if (!allowed.Contains(text))
        {
            Fault(From(setting), $"'{text}' is not one of {string.Join(", ", allowed.ToArray())}");
        }

        return text;
    }

    public LogLevel LogLevel(Setting setting)
    {
        switch (Text(setting)?.ToLowerInvariant())
        {
            case "trace": return Microsoft.Extensions.Logging.LogLevel.Trace;
            case "debug": return Microsoft.Extensions.Logging.LogLevel.Debug;
            case null or "info" or "information": return Microsoft.Extensions.Logging.LogLevel.Information;
            case "warn" or "warning": return Microsoft.Extensions.Logging.LogLevel.Warning;
            case "error": return Microsoft.Extensions.Logging.LogLevel.Error;
            case "critical": return Microsoft.Extensions.Logging.LogLevel.Critical;
            case var text:
                Fault(From(setting), $"'{text}' is not a level; use trace, debug, info, warn, error or critical");
                return Microsoft.Extensions.Logging.LogLevel.Information;
        }
    }

    /// <summary>Where a value came from, for fault messages; the flag's name when nobody set it.</summary>
    public string From(Setting setting) => sources.Find(setting)?.From ?? setting.Flag;

    private void Missing(Setting setting, string example) =>
        Fault(setting.Flag, $"is required; give for example {setting.Flag} {example}, or set {setting.EnvironmentVariable}");

    private static string NotALabel(string text) => $"'{text}' is not a name; use 1 to 63 lower-case letters, digits and '-'";
}
