using System.Diagnostics.CodeAnalysis;
using EventGateway.Core.Log;

namespace EventGateway.Kafka;

/// <summary>
/// The topics of a log: <c>&lt;prefix&gt;.&lt;origin&gt;.&lt;workspace&gt;.config</c> and <c>.history</c>; and <c>&lt;prefix&gt;.status</c>, one for all
/// logs. The prefix may hold dots; an origin and a workspace cannot, so a name has one reading only.
/// </summary>
public sealed class KafkaTopicNames
{
    private const string ConfigSuffix = ".config";
    private const string HistorySuffix = ".history";
    private const string StatusLabel = "status";

    // Kafka allows 249 characters: two labels of 63, three dots and the longer suffix leave this much.
    private const int MaxPrefixLength = 100;

    private readonly string _start;

    /// <exception cref="ArgumentException">The prefix cannot start a topic's name.</exception>
    public KafkaTopicNames(string prefix)
    {
        if (FindFault(prefix) is { } fault)
        {
            throw new ArgumentException(fault, nameof(prefix));
        }

        Prefix = prefix;
        _start = prefix + ".";
    }

    public string Prefix { get; }

    /// <summary>The compacted topic that is the log.</summary>
    public string Config(LogName log) => TransactionalId(log) + ConfigSuffix;

    /// <summary>The topic that keeps every change set for a while.</summary>
    public string History(LogName log) => TransactionalId(log) + HistorySuffix;

    /// <summary>The topic in which proxies say what they serve.</summary>
    public string Status => _start + StatusLabel;

    /// <summary>The name under which the one writer of a log is known to Kafka.</summary>
    public string TransactionalId(LogName log) => $"{_start}{log.Origin}.{log.Workspace}";

    /// <summary>Whether the topic is the config topic of a log, and of which.</summary>
    public bool TryParseConfig(string topic, out LogName log) => TryParse(topic, ConfigSuffix, out log);

    /// <summary>Whether the topic is the history topic of a log, and of which.</summary>
    public bool TryParseHistory(string topic, out LogName log) => TryParse(topic, HistorySuffix, out log);

    internal static string? FindFault([NotNull] string? prefix)
    {
        prefix ??= "";
        return prefix.Length is 0 or > MaxPrefixLength || prefix[0] == '.' || prefix[^1] == '.'
            || !prefix.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? $"prefix '{prefix}' cannot start a topic's name; use 1 to {MaxPrefixLength} letters, digits, '-', '_' and inner dots"
            : null;
    }

    private bool TryParse(string topic, string suffix, out LogName log)
    {
        log = default;
        if (!topic.StartsWith(_start, StringComparison.Ordinal) || !topic.EndsWith(suffix, StringComparison.Ordinal)
            || topic.Length <= _start.Length + suffix.Length)
        {
            return false;
        }

        var labels = topic[_start.Length..^suffix.Length];
        var dot = labels.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || !LogName.IsLabel(labels[..dot]) || !LogName.IsLabel(labels[(dot + 1)..]))
        {
            return false;
        }

        log = new LogName(labels[..dot], labels[(dot + 1)..]);
        return true;
    }
}
