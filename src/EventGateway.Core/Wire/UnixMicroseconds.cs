namespace EventGateway.Core.Wire;

/// <summary>Times on the wire: microseconds since 1970-01-01T00:00:00Z, 0 for "not known".</summary>
internal static class UnixMicroseconds
{
    // 0001-01-01T00:00:00Z and the last microsecond of 9999: what a DateTimeOffset holds.
    private const long Earliest = -62_135_596_800_000_000;
    private const long Latest = 253_402_300_799_999_999;

    public static long From(DateTimeOffset? time) => time is { } t ? (t.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond : 0;

    /// <exception cref="FormatException">Before the year 1 or after 9999.</exception>
    public static DateTimeOffset? ToTime(long microseconds)
    {
        if (microseconds is < Earliest or > Latest)
        {
            throw new FormatException($"{microseconds} is not a time in microseconds since 1970");
        }

        return microseconds == 0 ? null : DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
    }
}
