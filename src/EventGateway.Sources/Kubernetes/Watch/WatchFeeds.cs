using System.Collections.Concurrent;
using System.Collections.Immutable;
using EventGateway.Core.Publishing;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>The state of all reflectors, for metrics and <c>/status</c>. Safe to use from any thread.</summary>
internal sealed class WatchFeeds(TimeProvider time) : ISourceFeeds
{
    private readonly ConcurrentDictionary<string, FeedCounts> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Reflector, bool> _reflectors = new();
    private long _lastDelay;

    /// <summary>Set by the owner of the objects.</summary>
    public ImmutableArray<string> NotListed { get; set; } = ["the cluster has not been listed yet"];

    /// <summary>What is wrong with objects rather than with requests, by kind, set by the owner of the objects.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> Found { get; set; } = ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    public IReadOnlyList<string> Waiting => NotListed;

    public TimeSpan LastDelay
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _lastDelay));
        set => Volatile.Write(ref _lastDelay, value.Ticks);
    }

    public IReadOnlyList<SourceFeed> Feeds
    {
        get
        {
            var reflectors = _reflectors.Keys.ToLookup(r => r.Scope.Kind.Kind);
            return [.. _counts.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => Describe(c.Key, c.Value, [.. reflectors[c.Key]]))];
        }
    }

    public FeedCounts CountsOf(WatchedKind kind) => _counts.GetOrAdd(kind.Kind, _ => new FeedCounts());

    public void Add(Reflector reflector) => _reflectors[reflector] = true;

    public void Remove(Reflector reflector) => _reflectors.TryRemove(reflector, out _);

    private SourceFeed Describe(string name, FeedCounts counts, IReadOnlyCollection<Reflector> reflectors)
    {
        var open = reflectors.Where(r => r.IsOpen).Select(r => (TimeSpan?)time.GetElapsedTime(r.HeardAt)).ToList();
        var problems = reflectors.Select(r => r.Problem).OfType<string>().Order(StringComparer.Ordinal);
        return new SourceFeed(name)
        {
            Streams = reflectors.Count,
            OpenStreams = open.Count,
            Events = counts.Events,
            Lists = counts.Lists,
            Errors = counts.Errors,
            Silence = open.Max(),
            Problems = [.. problems.Concat(Found.GetValueOrDefault(name, []))],
        };
    }
}
