using System.Collections.Immutable;

namespace EventGateway.Settings;

/// <summary>How to reach the logs in Kafka. Prints without the values of the options: they may be secrets.</summary>
internal sealed record KafkaConnectionSettings(string BootstrapServers, ImmutableSortedDictionary<string, string> Options, string Prefix)
{
    private const int MaxPrefixLength = 100;

    public static KafkaConnectionSettings Read(SettingsReader reader)
    {
        var servers = reader.RequiredList(SettingCatalog.Kafka, "127.0.0.1:9092");
        foreach (var server in servers.Where(s => !IsServer(s)))
        {
            reader.Fault(reader.From(SettingCatalog.Kafka), $"'{server}' is not HOST:PORT; for example 127.0.0.1:9092");
        }

        var prefix = reader.Text(SettingCatalog.Prefix) ?? "";
        if (prefix.Length is 0 or > MaxPrefixLength || !prefix.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') || prefix[^1] == '.' || prefix[0] == '.')
        {
            reader.Fault(reader.From(SettingCatalog.Prefix), $"'{prefix}' cannot begin a topic's name; use 1 to {MaxPrefixLength} letters, digits, '_', '-' and, inside, '.'");
        }

        return new KafkaConnectionSettings(string.Join(',', servers), ReadOptions(reader), prefix);
    }

    public override string ToString() => $"{BootstrapServers} (prefix {Prefix}, options {string.Join(", ", Options.Keys)})";

    private static ImmutableSortedDictionary<string, string> ReadOptions(SettingsReader reader)
    {
        var options = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var text in reader.List(SettingCatalog.KafkaOption))
        {
            var equals = text.IndexOf('=');
            if (equals <= 0)
            {
                // The text is not shown: it may be a secret whose name was forgotten.
                reader.Fault(reader.From(SettingCatalog.KafkaOption), "expected NAME=VALUE or NAME=@FILE, for example security.protocol=SASL_SSL");
                continue;
            }

            var name = text[..equals].Trim();
            if (Value(reader, name, text[(equals + 1)..]) is { } value)
            {
                options[name] = value;
            }
        }

        return options.ToImmutable();
    }

    private static string? Value(SettingsReader reader, string name, string text)
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
            reader.Fault(reader.From(SettingCatalog.KafkaOption), $"the file for '{name}' cannot be read: {e.Message}");
            return null;
        }
    }

    private static bool IsServer(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon > 0 && !text.Contains('/', StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var port)
            && port is >= 1 and <= 65535;
    }
}
