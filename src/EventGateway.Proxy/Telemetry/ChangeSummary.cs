using System.Diagnostics;
using System.Globalization;
using System.Text;
using EventGateway.Core.Image;
using EventGateway.Core.Log;

namespace EventGateway.Proxy.Telemetry;

/// <summary>What one image brought, where it came from, and how long each stage of its way took.</summary>
internal sealed class ChangeSummary
{
    private const int ShownKeys = 3;
    private const int MostTraceParents = 16;

    private readonly ConfigDelta _delta;
    private readonly List<string> _authors = [];
    private readonly HashSet<string> _traceParents = new(StringComparer.Ordinal);

    /// <param name="publishers">In their order, each with the time it started.</param>
    /// <param name="isFirst">Whether the log's image is the first of this process: how old its entities are tells nothing of a change's way.</param>
    public ChangeSummary(
        LogName log, ConfigDelta delta, ConfigImage image, IReadOnlyList<(string Publisher, long Started, TimeSpan Took)> publishers, bool isFirst, TimeProvider time)
    {
        _delta = delta;
        (Log, Position, IsFirst) = (log, image.Position, isFirst);
        Publishers = [.. publishers];
        Counts = ChangeCounts.Of(delta);
        ServedAt = time.GetUtcNow();
        ReadAt = Publishers.Length == 0 ? ServedAt : ServedAt - Stopwatch.GetElapsedTime(Publishers[0].Started);
        if (!isFirst)
        {
            foreach (var entry in Changed)
            {
                Note(entry.Provenance);
            }
        }
    }

    public LogName Log { get; }

    public LogPosition Position { get; }

    public bool IsFirst { get; }

    public ChangeCounts[] Counts { get; }

    public (string Publisher, long Started, TimeSpan Took)[] Publishers { get; }

    /// <summary>When the first of what changed was seen at its source; null: not known, as for removals.</summary>
    public DateTimeOffset? ObservedAt { get; private set; }

    /// <summary>When the first publisher got the image.</summary>
    public DateTimeOffset ReadAt { get; }

    public DateTimeOffset ServedAt { get; }

    /// <summary>W3C trace parents of the changes, each once.</summary>
    public IReadOnlyCollection<string> TraceParents => _traceParents;

    /// <summary>By two machines' clocks, as the next: never below zero.</summary>
    public TimeSpan? ToCommit => !IsFirst && ObservedAt is { } observed && Position.CommittedAt is { } committed ? Between(observed, committed) : null;

    public TimeSpan? ToRead => !IsFirst && Position.CommittedAt is { } committed ? Between(committed, ReadAt) : null;

    public TimeSpan ToServed => Between(ReadAt, ServedAt);

    public TimeSpan? Total => ObservedAt is { } observed ? Between(observed, ServedAt) : null;

    /// <summary><c>origin/workspace@commit</c>, or <c>origin/workspace@first..last</c> where several were put together.</summary>
    public string Where
    {
        get
        {
            var first = _delta.From.Position.Commit + 1;
            return IsFirst || first >= Position.Commit || _delta.From.Position.LogId != Position.LogId ? $"{Log}@{Position.Commit}" : $"{Log}@{first}..{Position.Commit}";
        }
    }

    /// <summary><c>route 2, endpoints 1</c>.</summary>
    public string Kinds => string.Join(", ", Counts.Where(c => c.Added + c.Changed + c.Removed > 0).Select(c => $"{c.Kind} {c.Added + c.Changed + c.Removed}"));

    /// <summary>A few of the keys; a key names an object, never what is in it.</summary>
    public string Keys
    {
        get
        {
            var shown = Changed.Select(e => e.Entity.Key.Text).Concat(Removed.Select(e => e.Entity.Key.Text)).Take(ShownKeys);
            return string.Join(", ", shown) + (_delta.Count > ShownKeys ? $", {_delta.Count - ShownKeys} more" : "");
        }
    }

    public string Source => IsFirst
        ? "first image of this log here"
        : $"seen {(ObservedAt is { } at ? at.UtcDateTime.ToString("HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) : "at a time that is not known")} by {(_authors.Count == 0 ? Log.Origin : string.Join(", ", _authors))}";

    /// <summary>Each stage with its milliseconds, in order.</summary>
    public string Stages
    {
        get
        {
            var text = new StringBuilder();
            Add(text, "observed->committed", ToCommit);
            Add(text, "committed->read", ToRead);
            foreach (var (publisher, _, took) in Publishers)
            {
                Add(text, publisher, took);
            }

            Add(text, "total", Total);
            return text.ToString();
        }
    }

    private IEnumerable<IImageEntry> Changed => Of(_delta.Routes?.Changed, _delta.Backends?.Changed, _delta.Endpoints?.Changed, _delta.Certificates?.Changed, _delta.Listeners?.Changed);

    private IEnumerable<IImageEntry> Removed => Of(_delta.Routes?.Removed, _delta.Backends?.Removed, _delta.Endpoints?.Removed, _delta.Certificates?.Removed, _delta.Listeners?.Removed);

    private static IEnumerable<IImageEntry> Of(params IEnumerable<IImageEntry>?[] kinds) => kinds.SelectMany(k => k ?? []);

    private static TimeSpan Between(DateTimeOffset from, DateTimeOffset to) => to > from ? to - from : TimeSpan.Zero;

    private static void Add(StringBuilder text, string stage, TimeSpan? took)
    {
        if (took is { } time)
        {
            text.Append(text.Length == 0 ? "" : ", ").Append(CultureInfo.InvariantCulture, $"{stage} {time.TotalMilliseconds:0.0##} ms");
        }
    }

    private void Note(Provenance provenance)
    {
        ObservedAt = provenance.ObservedAt is { } at && (ObservedAt is null || at < ObservedAt) ? at : ObservedAt;
        if (provenance.Author.Length > 0 && _authors.Count < ShownKeys && !_authors.Contains(provenance.Author))
        {
            _authors.Add(provenance.Author);
        }

        if (provenance.TraceParent.Length > 0 && _traceParents.Count < MostTraceParents)
        {
            _traceParents.Add(provenance.TraceParent);
        }
    }
}
