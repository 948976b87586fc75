using EventGateway.Core.Log;

namespace EventGateway.Core.Tests.Image;

/// <summary>What compaction leaves of a log.</summary>
internal static class LogCleaner
{
    /// <param name="prefix">How many records the cleaner looks at; what lies behind them stays as it is.</param>
    /// <param name="tombstonesToo">Whether removals that are last of their key in the prefix go too.</param>
    public static List<LogRecord> Clean(List<LogRecord> log, int prefix, bool tombstonesToo)
    {
        var last = log.Take(prefix).Select((record, place) => (record.Key, place)).GroupBy(r => r.Key).ToDictionary(g => g.Key, g => g.Last().place);
        return [.. log.Take(prefix).Where((r, place) => last[r.Key] == place && !(tombstonesToo && r.Value is null)), .. log.Skip(prefix)];
    }
}
