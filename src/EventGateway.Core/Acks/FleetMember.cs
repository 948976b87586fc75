using System.Collections.Immutable;
using EventGateway.Core.Log;

namespace EventGateway.Core.Acks;

/// <summary>A proxy as its records tell.</summary>
/// <param name="Heartbeat">Null: only acks were seen so far.</param>
/// <param name="HeardAt">Timestamp of the reader's <see cref="TimeProvider"/> when it last said anything.</param>
public sealed record FleetMember(ProxyName Name, ProxyHeartbeat? Heartbeat, long HeardAt, ImmutableDictionary<LogName, LogAck> Acks)
{
    /// <summary>The change set that it serves of a log; -1: none of the log with this identity.</summary>
    public long CommitOf(LogName log, Guid logId) => Acks.GetValueOrDefault(log) is { } ack && ack.LogId == logId ? ack.Commit : -1;
}
