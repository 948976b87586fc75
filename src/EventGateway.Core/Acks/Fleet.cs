using System.Collections.Immutable;
using EventGateway.Core.Log;
using EventGateway.Core.Wire;

namespace EventGateway.Core.Acks;

/// <summary>All proxies that have said something and did not leave, at one moment. Immutable.</summary>
public sealed class Fleet
{
    public static readonly Fleet Empty = new(ImmutableDictionary<ProxyName, FleetMember>.Empty);

    private readonly ImmutableDictionary<ProxyName, FleetMember> _members;

    private Fleet(ImmutableDictionary<ProxyName, FleetMember> members) => _members = members;

    /// <summary>In no particular order.</summary>
    public IEnumerable<FleetMember> Members => _members.Values;

    /// <summary>The fleet after one more record. What cannot be read is as if it had not been written.</summary>
    /// <param name="now">Timestamp of the reader's clock.</param>
    public Fleet With(AckRecord record, TimeProvider time, long now)
    {
        if (AckKey.TryParse(record.Key) is not { } key)
        {
            return this;
        }

        var written = now - (long)(record.Age.TotalSeconds * time.TimestampFrequency);
        var member = _members.GetValueOrDefault(key.Proxy) ?? new FleetMember(key.Proxy, null, written, ImmutableDictionary<LogName, LogAck>.Empty);
        switch (key.Log, record.Value)
        {
            case (null, null):
                return new Fleet(_members.Remove(key.Proxy));
            case (null, { } value):
                return AckCodec.TryReadHeartbeat(value) is { } heartbeat
                    ? Put(member with { Heartbeat = heartbeat, HeardAt = Math.Max(member.HeardAt, written) })
                    : this;
            case ({ } log, null):
                return _members.ContainsKey(key.Proxy) ? Put(member with { Acks = member.Acks.Remove(log) }) : this;
            case ({ } log, { } value):
                return AckCodec.TryReadAck(value) is { } ack ? Put(member with { Acks = member.Acks.SetItem(log, ack), HeardAt = Math.Max(member.HeardAt, written) }) : this;
        }
    }

    /// <summary>The fleet without those of whom nobody will hear again.</summary>
    public Fleet Without(Predicate<FleetMember> isForgotten) => _members.Values.Where(m => isForgotten(m)).Select(m => m.Name).ToList() is { Count: > 0 } gone
        ? new Fleet(_members.RemoveRange(gone))
        : this;

    /// <summary>
    /// The change set of a log that every proxy serves by now which counts: it follows the log, is ready, and was heard of lately. Null: none counts.
    /// </summary>
    /// <param name="isAlive">Whether a member was heard of lately.</param>
    /// <returns>-1: one at least serves nothing of this log.</returns>
    public long? CommitEverywhere(LogName log, Guid logId, Func<FleetMember, bool> isAlive) =>
        Counting(log, isAlive).Min(m => (long?)m.CommitOf(log, logId));

    /// <summary>The proxies that a change of a log waits for.</summary>
    public IEnumerable<FleetMember> Counting(LogName log, Func<FleetMember, bool> isAlive) =>
        Members.Where(m => m.Heartbeat is { IsReady: true } heartbeat && heartbeat.Follows(log) && isAlive(m));

    private Fleet Put(FleetMember member) => new(_members.SetItem(member.Name, member));
}
