using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using EventGateway.Core.Publishing;
using EventGateway.Sources.Files;
using EventGateway.Sources.Kubernetes.Translation;
using k8s.Models;
using Microsoft.Extensions.Logging;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>
/// The owner of what is known of a cluster: takes news in, has what it changes translated, and hands on what that comes to. The first change
/// after a rest goes at once; what comes meanwhile goes together. What an event costs follows its namespace, not the cluster. Used by one
/// reader; the reflectors have tasks of their own.
/// </summary>
internal sealed partial class ClusterWatch : IAsyncDisposable
{
    private readonly WatchFeeds _feeds;
    private readonly WatchTiming _timing;
    private readonly ImmutableArray<IVerdictObserver> _observers;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ReflectorSet _reflectors;
    private readonly ObjectTable _objects;
    private readonly NamespacePlan _plan;
    private readonly Translator _translator;
    private readonly VerdictLog _verdicts;
    private readonly WorkspaceStates _states;
    private ClusterSnapshot _snapshot = new(ImmutableDictionary.Create<string, NamespaceSnapshot>(StringComparer.Ordinal), new NamespaceSnapshot("", []));
    private WorkspaceNames _names = WorkspaceNames.Empty;
    private readonly HashSet<string> _due = new(StringComparer.Ordinal);
    private bool _isEverythingDue = true;
    private bool _areProblemsDue = true;
    private long _translatedAt;
    private long _oldestNews;
    private bool _isStarted;

    public ClusterWatch(
        ClusterSourceOptions options, ApiConnection connection, WatchFeeds feeds, WatchTiming timing, ImmutableArray<IVerdictObserver> observers, TimeProvider time, ILogger logger)
    {
        _feeds = feeds;
        _timing = timing;
        _observers = observers;
        _time = time;
        _logger = logger;
        _translator = new Translator(new TranslationOptions { IngressClasses = [.. options.IngressClasses] }, time);
        _verdicts = new VerdictLog(logger);
        _reflectors = new ReflectorSet(connection, feeds, timing, time, logger);
        _objects = new ObjectTable((@namespace, name) => _translator.ReferencesOf(@namespace).Secrets.Contains(name), feeds, logger);
        _plan = new NamespacePlan(options, _reflectors, _objects, _translator.ReferencesOf);
        _states = new WorkspaceStates(_plan, mentionsEmpty: !options.AllNamespaces);
    }

    public async IAsyncEnumerable<SourceState> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        SourceState? last = null;
        while (true)
        {
            var changed = Settle();
            TellWaiting();
            _isStarted = _isStarted || _states.AreAllDecided(_plan);
            if (_isStarted)
            {
                var state = _states.State;
                if (!ReferenceEquals(last, state))
                {
                    last = state;
                    TellTranslated(changed);
                    yield return state;
                }
            }

            await TakeNewsAsync(cancellationToken);
        }
    }

    public ValueTask DisposeAsync() => _reflectors.DisposeAsync();

    /// <summary>Follows, translates and follows on until nothing is new: what is translated tells what else is to be followed.</summary>
    private int Settle()
    {
        var count = 0;
        while (true)
        {
            var due = TakeDue();
            if (due.Count == 0)
            {
                return count;
            }

            count += due.Count;
            Translate(due);
        }
    }

    /// <summary>The namespaces to look at; with "" where there is something to do for all.</summary>
    private HashSet<string> TakeDue()
    {
        var due = _objects.TakeChanged().ToHashSet(StringComparer.Ordinal);
        due.UnionWith(_due);
        _due.Clear();
        if (due.Contains(""))
        {
            TakeNamespaces(due);
        }

        if (_isEverythingDue)
        {
            _isEverythingDue = false;
            due.UnionWith(_plan.Ours);
            due.UnionWith(_snapshot.Namespaces.Keys);
            due.Add("");
        }

        return due;
    }

    /// <summary>Namespaces came, went, or have other labels.</summary>
    private void TakeNamespaces(HashSet<string> due)
    {
        var names = new WorkspaceNames(_objects.ClusterScoped.OfKind(WatchedKinds.Namespace.Kind).Select(e => (V1Namespace)e.Object.Typed!));
        foreach (var problem in names.Problems.Except(_names.Problems))
        {
            LogNamespaceProblem(problem);
        }

        _areProblemsDue |= !names.Problems.SequenceEqual(_names.Problems);
        _names = names;
        due.UnionWith(_plan.Ours);
        due.UnionWith(_states.Known);
    }

    private void Translate(HashSet<string> due)
    {
        if (due.Remove(""))
        {
            Forget(_reflectors.Follow("", _plan.WantedByAll()));
            _snapshot = _snapshot with { ClusterScoped = _objects.ClusterScoped.Snapshot(UnreadObjects.None) };
        }

        var namespaces = _snapshot.Namespaces;
        foreach (var name in due)
        {
            Follow(name);
            namespaces = _plan.IsOurs(name) && _plan.IsReadable(name) && _objects.Find(name) is { } table
                ? namespaces.SetItem(name, table.Snapshot(_plan.UnreadIn(name)))
                : namespaces.Remove(name);
        }

        _snapshot = _snapshot with { Namespaces = namespaces };
        var translation = _translator.Translate(_snapshot);
        _translatedAt = _time.GetTimestamp();
        if (!translation.Judged.IsEmpty)
        {
            foreach (var judged in translation.Judged)
            {
                _verdicts.Take(judged);
            }

            foreach (var observer in _observers)
            {
                observer.Take(translation.Judged);
            }
        }

        foreach (var name in due)
        {
            _objects.DropUnnamed(name);
            Follow(name);
            _states.Put(name, translation.Desired.GetValueOrDefault(name), _names, _plan.UnreadIn(name), _objects.Find(name));
        }
    }

    private void Follow(string name)
    {
        if (_plan.IsOurs(name))
        {
            Forget(_reflectors.Follow(name, _plan.WantedIn(name)));
            return;
        }

        _reflectors.Follow(name, []);
        if (_objects.Find(name) is not null)
        {
            _objects.Drop(name);
        }
    }

    private void Forget(IReadOnlyList<Reflector> stopped)
    {
        foreach (var reflector in stopped)
        {
            _objects.Forget(reflector);
        }
    }

    private async Task TakeNewsAsync(CancellationToken cancellationToken)
    {
        if (!await _reflectors.News.WaitToReadAsync(cancellationToken))
        {
            throw new InvalidOperationException("The reflectors have ended.");
        }

        var rest = _timing.CoalesceWindow - _time.GetElapsedTime(_translatedAt);
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, _time, cancellationToken);
        }

        _oldestNews = 0;
        while (_reflectors.News.TryRead(out var news))
        {
            if (_reflectors.Find(news.From) is { } followed)
            {
                Take(followed, news);
            }
        }
    }

    private void Take(FollowedScope followed, WatchNews news)
    {
        switch (news)
        {
            case WatchNews.Listed list:
                // The first list of a scope may be what others wait for.
                TakeHealth(followed);
                _objects.Take(followed, list);
                break;
            case WatchNews.Changed change:
                _oldestNews = _oldestNews == 0 ? change.At : _oldestNews;
                _objects.Take(followed, change);
                _areProblemsDue |= change.Object.Object is null;
                break;
            case WatchNews.Health:
                TakeHealth(followed);
                break;
        }
    }

    /// <summary>Others may wait for the first list of a scope, or for the word that there will be none.</summary>
    private void TakeHealth(FollowedScope followed)
    {
        _areProblemsDue = true;
        if (followed.IsListed)
        {
            return;
        }

        _isEverythingDue |= followed.Reflector.Scope.Namespace.Length == 0;
        _due.Add(followed.Reflector.Scope.Namespace);
    }

    private void TellWaiting()
    {
        if (!_areProblemsDue && _feeds.NotListed.IsEmpty && _feeds.Found.IsEmpty)
        {
            return;
        }

        _areProblemsDue = false;
        _feeds.NotListed = [.. _states.Waiting(_plan, _isStarted)];
        _feeds.Found = _objects.Faults.SelectMany(g => g.Select(t => (g.Key, t)))
            .Concat(_names.Problems.Select(p => (WatchedKinds.Namespace.Kind, p)))
            .GroupBy(p => p.Item1, p => p.Item2, StringComparer.Ordinal)
            .ToImmutableDictionary(g => g.Key, g => g.ToImmutableArray(), StringComparer.Ordinal);
    }

    private void TellTranslated(int namespaces)
    {
        if (_oldestNews != 0)
        {
            _feeds.LastDelay = _time.GetElapsedTime(_oldestNews);
        }

        LogTranslated(namespaces, _states.State.Workspaces.Count);
    }

    [LoggerMessage(4120, LogLevel.Debug, "{Changed} namespaces translated, {Workspaces} workspaces in all")]
    private partial void LogTranslated(int changed, int workspaces);

    [LoggerMessage(4121, LogLevel.Warning, "{Problem}")]
    private partial void LogNamespaceProblem(string problem);
}
