namespace EventGateway.Embedded;

/// <summary>Where the embedded log is kept, for how long, and when it is tidied.</summary>
public sealed class SqliteLogOptions
{
    /// <summary>The folder that holds <c>embedded.db</c>; made when it is not there. Required.</summary>
    public required string DataFolder { get; init; }

    /// <summary>How long a history entry is kept at least. Default 30 days.</summary>
    public TimeSpan HistoryRetention { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How many history entries a log keeps at most, whatever their age. Default 100,000.</summary>
    public int HistoryMaxEntries { get; init; } = 100_000;

    /// <summary>
    /// How long the removal of a key stays in the log, so that a reader that comes back sees it; one that stays away longer starts
    /// anew from the log's beginning. Default 24 hours; zero: until the next compaction.
    /// </summary>
    public TimeSpan RemovalRetention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// A log is compacted in the background when it grew by so many records since it last was, and has doubled. Default 10,000.
    /// </summary>
    public int CompactionThreshold { get; init; } = 10_000;

    /// <summary>The same in bytes of values, for logs of few large records. Default 64 MiB.</summary>
    public long CompactionThresholdBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>The most bytes that key and value of one record have together: what a Kafka log takes by default, so that config can move there.</summary>
    public const int MaxRecordBytes = 4 * 1024 * 1024;

    /// <summary>For tests of a full disk: SQLite's own limit of the file. Null: the disk's.</summary>
    internal int? MaxPages { get; init; }

    /// <summary>Everything that is wrong with these options, each naming the option and the fix; empty when they can be used.</summary>
    public IReadOnlyList<string> FindFaults()
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(DataFolder))
        {
            faults.Add($"{nameof(DataFolder)} (--data) is empty; name a folder that this user may write to");
        }
        else if (DataFolder.Contains('\0', StringComparison.Ordinal))
        {
            faults.Add($"{nameof(DataFolder)} (--data) contains a NUL character; name a folder that this user may write to");
        }

        AtLeast(nameof(HistoryRetention), HistoryRetention, TimeSpan.FromMinutes(1));
        AtLeast(nameof(HistoryMaxEntries), HistoryMaxEntries, 1);
        AtLeast(nameof(RemovalRetention), RemovalRetention, TimeSpan.Zero);
        AtLeast(nameof(CompactionThreshold), CompactionThreshold, 1);
        AtLeast(nameof(CompactionThresholdBytes), CompactionThresholdBytes, 1);
        return faults;

        void AtLeast<T>(string name, T value, T least)
            where T : IComparable<T>
        {
            if (value.CompareTo(least) < 0)
            {
                faults.Add($"{name} is {value}; use {least} or more");
            }
        }
    }
}
