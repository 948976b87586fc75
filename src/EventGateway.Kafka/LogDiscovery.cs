using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>Finds logs by the names of topics. A log counts as gone only when two looks in a row miss it: a broker that starts knows few topics.</summary>
/// <param name="listTopics">All topics that may be seen; null when that is not known yet.</param>
internal sealed class LogDiscovery(KafkaTopicNames names, Func<CancellationToken, Task<IReadOnlyList<string>?>> listTopics, ILogger logger)
{
    private string? _refusalTold;
    private HashSet<LogName>? _told;
    private HashSet<LogName> _missing = [];

    /// <summary>The logs there are, when that has changed since the last time; else null.</summary>
    public async Task<IReadOnlySet<LogName>?> LookAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string>? topics;
        try
        {
            topics = await listTopics(cancellationToken);
        }
        catch (LogUnavailableException)
        {
            // The connection's state and its log line tell; the logs known so far stay.
            return null;
        }
        catch (LogRefusedException e)
        {
            // A right that was taken away must not stop a proxy that serves.
            if (_refusalTold != e.Message)
            {
                _refusalTold = e.Message;
                logger.DiscoveryRefused(e.Message);
            }

            return null;
        }

        _refusalTold = null;
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
