using System.Collections.Immutable;
using EventGateway.Sources.Kubernetes.Translation;
using Microsoft.Extensions.Logging;

namespace EventGateway.Sources.Files;

/// <summary>Logs what becomes of objects, once for each change.</summary>
internal sealed partial class VerdictLog(ILogger logger)
{
    private readonly Dictionary<string, ImmutableArray<ObjectVerdict>> _lastByNamespace = new(StringComparer.Ordinal);
    private ImmutableArray<ObjectVerdict> _last = [];
    private bool _isFirst = true;

    /// <param name="verdicts">All of them; those that did not change are best the same instances as last time.</param>
    public void Take(ImmutableArray<ObjectVerdict> verdicts, string origin)
    {
        if (verdicts == _last && !_isFirst)
        {
            return;
        }

        CompareMiddles(_last, verdicts);
        if (_isFirst || verdicts.Length != _last.Length)
        {
            LogSummary(
                origin,
                verdicts.Length,
                verdicts.Count(v => v.Outcome == VerdictOutcome.Accepted),
                verdicts.Count(v => v.Outcome == VerdictOutcome.Refused),
                verdicts.Count(v => v.Outcome == VerdictOutcome.Skipped));
        }

        _last = verdicts;
        _isFirst = false;
    }

    /// <summary>The verdicts of one namespace, where something changed.</summary>
    public void Take(NamespaceVerdicts judged)
    {
        ImmutableArray<ObjectVerdict> now = [.. judged.Objects.Select(o => o.Verdict)];
        CompareMiddles(_lastByNamespace.GetValueOrDefault(judged.Namespace, []), now);
        if (now.IsEmpty)
        {
            _lastByNamespace.Remove(judged.Namespace);
        }
        else
        {
            _lastByNamespace[judged.Namespace] = now;
        }
    }

    /// <summary>Most changes touch few objects: what both lists begin and end with needs no look.</summary>
    private void CompareMiddles(ImmutableArray<ObjectVerdict> last, ImmutableArray<ObjectVerdict> now)
    {
        var start = 0;
        while (start < Math.Min(now.Length, last.Length) && ReferenceEquals(now[start], last[start]))
        {
            start++;
        }

        var end = 0;
        while (end < Math.Min(now.Length, last.Length) - start && ReferenceEquals(now[^(end + 1)], last[^(end + 1)]))
        {
            end++;
        }

        Compare(ByName(last.AsSpan()[start..^end]), ByName(now.AsSpan()[start..^end]));
    }

    private void Compare(Dictionary<(string, string, string, string), ObjectVerdict> told, Dictionary<(string, string, string, string), ObjectVerdict> now)
    {
        foreach (var (name, verdict) in now)
        {
            told.TryGetValue(name, out var before);
            if (before is null || !SaysTheSame(before, verdict))
            {
                Tell(verdict, before);
            }
        }

        foreach (var (name, gone) in told)
        {
            if (gone.Outcome == VerdictOutcome.Refused && !now.ContainsKey(name))
            {
                LogNoLonger(gone.DisplayName);
            }
        }
    }

    // Objects go by name, so that a moved line is no news; a second one of a name, and what has none, go by their place too.
    private static Dictionary<(string, string, string, string), ObjectVerdict> ByName(ReadOnlySpan<ObjectVerdict> verdicts)
    {
        var named = new Dictionary<(string, string, string, string), ObjectVerdict>(verdicts.Length);
        foreach (var verdict in verdicts)
        {
            var place = verdict.Name.Length == 0 ? verdict.Source : "";
            for (var i = 0; !named.TryAdd((verdict.Kind, verdict.Namespace, verdict.Name, place), verdict); i++)
            {
                place = $"{verdict.Source}#{i}";
            }
        }

        return named;
    }

    private static bool SaysTheSame(ObjectVerdict before, ObjectVerdict now) => ReferenceEquals(before, now)
        || (before.Outcome == now.Outcome && before.Reasons.SequenceEqual(now.Reasons) && before.Warnings.SequenceEqual(now.Warnings));

    private void Tell(ObjectVerdict verdict, ObjectVerdict? before)
    {
        if (verdict.Outcome == VerdictOutcome.Refused)
        {
            LogRefused(Named(verdict), string.Join(" | ", verdict.Reasons));
        }
        else if (before?.Outcome == VerdictOutcome.Refused)
        {
            LogAcceptedAgain(Named(verdict));
        }

        if (!verdict.Warnings.IsEmpty && (before is null || !before.Warnings.SequenceEqual(verdict.Warnings)))
        {
            LogWarned(Named(verdict), string.Join(" | ", verdict.Warnings));
        }
    }

    private static string Named(ObjectVerdict verdict) =>
        verdict.DisplayName == verdict.Source ? verdict.Source : $"{verdict.DisplayName} ({verdict.Source})";

    [LoggerMessage(4010, LogLevel.Warning, "{Object} is refused: {Reasons}")]
    private partial void LogRefused(string @object, string reasons);

    [LoggerMessage(4011, LogLevel.Information, "{Object} is no longer refused")]
    private partial void LogAcceptedAgain(string @object);

    [LoggerMessage(4012, LogLevel.Warning, "{Object} has warnings: {Warnings}")]
    private partial void LogWarned(string @object, string warnings);

    [LoggerMessage(4013, LogLevel.Information, "{Object}, which was refused, is gone")]
    private partial void LogNoLonger(string @object);

    [LoggerMessage(4014, LogLevel.Information, "{Origin}: {Objects} objects, {Accepted} accepted, {Refused} refused, {Skipped} skipped")]
    private partial void LogSummary(string origin, int objects, int accepted, int refused, int skipped);
}
