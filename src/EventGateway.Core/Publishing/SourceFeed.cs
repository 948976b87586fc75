using System.Collections.Immutable;

namespace EventGateway.Core.Publishing;

/// <summary>One kind of things that a source follows, over all the places where it follows it. Counts are since the start.</summary>
/// <param name="Name">For example <c>Ingress</c>.</param>
public sealed record SourceFeed(string Name)
{
    /// <summary>How many streams of changes there are to be, and how many are open.</summary>
    public int Streams { get; init; }

    public int OpenStreams { get; init; }

    /// <summary>Changes taken in, by what they say of the object: <c>added</c>, <c>modified</c>, <c>deleted</c>.</summary>
    public ImmutableSortedDictionary<string, long> Events { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>Complete lists taken in, the first included.</summary>
    public long Lists { get; init; }

    /// <summary>Requests and objects that failed, by reason.</summary>
    public ImmutableSortedDictionary<string, long> Errors { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>Since the stream that has been silent for longest was last heard of; null: none is open.</summary>
    public TimeSpan? Silence { get; init; }

    /// <summary>Why something of this kind is not known, or not up to date, and what to do; empty: all is well.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];
}
