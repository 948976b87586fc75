using System.Collections.Immutable;

namespace EventGateway.Tests.Tracing;

/// <summary>A span as it came over the wire; ids in hex, "" for none.</summary>
internal sealed record ReceivedSpan(string TraceId, string SpanId, string ParentId, string State, string Name, int Kind)
{
    public const int Server = 2;
    public const int Client = 3;
    public const int Consumer = 5;

    public ImmutableSortedDictionary<string, string> Attributes { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public ImmutableSortedDictionary<string, string> Resource { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Trace and span id of each.</summary>
    public ImmutableArray<(string TraceId, string SpanId)> Links { get; init; } = [];

    /// <summary>0 unset, 1 ok, 2 error.</summary>
    public int Status { get; init; }

    public ulong Nanoseconds { get; init; }

    public override string ToString() =>
        $"{Name} ({Kind}) {TraceId}/{SpanId} of '{ParentId}', status {Status}: {string.Join(' ', Attributes.Select(a => $"{a.Key}={a.Value}"))}";
}
