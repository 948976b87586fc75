namespace EventGateway.Core.Wire;

/// <summary>Times on the wire: microseconds since 1970-01-01T00:00:00Z, 0 for "not known".</summary>
internal static class UnixMicroseconds
{
    public static long From(DateTimeOffset? time) => time is { } t ? (t.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond : 0;

    public static DateTimeOffset? ToTime(long microseconds) =>
        microseconds == 0 ? null : DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
