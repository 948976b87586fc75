using System.Collections.Immutable;
using EventGateway.Core.Log;

namespace EventGateway.Core.Acks;

/// <summary>A proxy as its records tell.</summary>
/// <param name="Heartbeat">Null: only acks were seen so far.</param>
/// <param name="HeardAt">Timestamp of the reader's <see cref="TimeProvider"/> when it last said anything.</param>
public sealed record FleetMember(ProxyName Name, ProxyHeartbeat? Heartbeat, long HeardAt, ImmutableDictionary<LogName, LogAck> Acks);
