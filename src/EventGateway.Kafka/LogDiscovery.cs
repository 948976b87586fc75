using EventGateway.Core.Log;

namespace EventGateway.Kafka;

/// <summary>Finds logs by the names of topics. A log counts as gone only when two looks in a row miss it: a broker that starts knows few topics.</summary>
internal sealed class LogDiscovery(KafkaTopicNames names, KafkaAdmin admin)
{
    private HashSet<LogName>? _told;
    private HashSet<LogName> _missing = [];

    /// <summary>The logs there are, when that has changed since the last time; else null.</summary>
    public async Task<IReadOnlySet<LogName>?> LookAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string>? topics;
        try
        {
            topics = await admin.ListTopicsAsync(cancellationToken);
        }
        catch (LogUnavailableException)
        {
            // The connection's state and its log line tell; the logs known so far stay.
            return null;
        }

        if (topics is null)
        {
            return null;
        }

        var seen = new HashSet<LogName>();
        foreach (var topic in topics)
        {
            if (names.TryParseConfig(topic, out var log))
            {
                seen.Add(log);
            }
        }

        var missing = _told is null ? [] : _told.Except(seen).ToHashSet();
        seen.UnionWith(missing.Except(_missing));
        _missing = missing;
        if (_told is not null && _told.SetEquals(seen))
        {
            return null;
        }

        _told = seen;
        return new HashSet<LogName>(seen);
    }
}
