using System.Collections.Immutable;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using EventGateway.Sources.Kubernetes.Kong;
using EventGateway.Sources.Kubernetes.Translation;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>
/// What each workspace wants, put together from its namespace. A namespace is left alone until all that was to be read of it was; from then on
/// only what the API server says changes it. Used by one thread.
/// </summary>
/// <param name="mentionsEmpty">Whether namespaces without anything of ours are workspaces, too.</param>
internal sealed class WorkspaceStates(NamespacePlan plan, bool mentionsEmpty)
{
    private const int MostReasons = 10;

    private readonly HashSet<string> _complete = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _workspaceOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (DesiredState From, UnreadObjects Unread, bool IsPartial, DesiredState State)> _marked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _leftAlone = new(StringComparer.Ordinal);

    public SourceState State { get; private set; } = new(ImmutableDictionary.Create<string, DesiredState>(StringComparer.Ordinal));

    /// <summary>Namespaces that were put once, and are not gone.</summary>
    public IEnumerable<string> Known => _workspaceOf.Keys.Concat(_leftAlone.Keys);

    /// <param name="desired">Null: nothing.</param>
    /// <param name="table">Null: there are no objects.</param>
    public void Put(string @namespace, DesiredState? desired, WorkspaceNames names, UnreadObjects unread, NamespaceTable? table)
    {
        if (!plan.IsOurs(@namespace))
        {
            _complete.Remove(@namespace);
            _marked.Remove(@namespace);
            _leftAlone.Remove(@namespace);
            Place(@namespace, null, null);
            return;
        }

        var isKnown = names.Knows(@namespace) || !plan.IsShared || !plan.AreNamespacesListed;
        if (!_complete.Contains(@namespace) && isKnown && plan.AreNamespacesSettled && plan.IsComplete(@namespace))
        {
            _complete.Add(@namespace);
        }

        // A namespace that the list does not have any more keeps its workspace while its last objects go.
        var workspace = isKnown ? names.WorkspaceOf(@namespace) : _workspaceOf.GetValueOrDefault(@namespace, @namespace);
        if (!_complete.Contains(@namespace) || workspace is null)
        {
            _leftAlone[@namespace] = workspace ?? @namespace;
            Place(@namespace, null, null);
            return;
        }

        _leftAlone.Remove(@namespace);
        var isPartial = table?.Unknown.Any(u => WatchedKinds.Required.Any(k => k.Kind == u.Kind)) == true;
        var state = Mark(@namespace, desired ?? DesiredState.Empty, unread, isPartial);
        Place(@namespace, workspace, mentionsEmpty || !state.Entities.IsEmpty || state.IsPartial || state.IsUndecided is not null ? state : null);
    }

    /// <summary>Whether of each namespace is known either what it wants, or that nobody will say.</summary>
    public bool AreAllDecided(NamespacePlan all) => all.AreNamespacesSettled && all.IsIngressClassSettled
        && (all.IsShared ? all.IsReadable("") || all.IsDenied("") : true)
        && all.Ours.All(n => _complete.Contains(n) || all.IsDenied(n) || (_leftAlone.ContainsKey(n) && all.IsComplete(n)));

    /// <param name="isStarted">Whether namespaces that are merely new are not worth a word any more.</param>
    public IEnumerable<string> Waiting(NamespacePlan all, bool isStarted)
    {
        var open = all.IsShared && !all.IsReadable("") ? [""] : all.Ours.Where(n => !_complete.Contains(n)).ToList();
        var reasons = open.Append("").SelectMany(n => all.Missing(n, onlyFaulty: isStarted)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return reasons.Count <= MostReasons ? reasons : reasons.Take(MostReasons).Append($"and {reasons.Count - MostReasons} more");
    }

    private void Place(string @namespace, string? workspace, DesiredState? state)
    {
        var workspaces = (ImmutableDictionary<string, DesiredState>)State.Workspaces;
        if (_workspaceOf.Remove(@namespace, out var before) && before != workspace && !_workspaceOf.ContainsValue(before))
        {
            workspaces = workspaces.Remove(before);
        }

        if (workspace is not null)
        {
            _workspaceOf[@namespace] = workspace;
            workspaces = state is null ? workspaces.Remove(workspace) : workspaces.SetItem(workspace, state);
        }

        var alone = State.LeftAlone;
        var aloneNow = _leftAlone.Values.ToImmutableHashSet(StringComparer.Ordinal);
        if (!ReferenceEquals(workspaces, State.Workspaces) || !alone.SetEquals(aloneNow))
        {
            State = new SourceState(workspaces) { LeftAlone = alone.SetEquals(aloneNow) ? alone : aloneNow };
        }
    }

    /// <summary>Says of a state what could not be read; the same instance as long as all of it is the same.</summary>
    private DesiredState Mark(string @namespace, DesiredState desired, UnreadObjects unread, bool isPartial)
    {
        if (unread.IsEmpty && !isPartial)
        {
            _marked.Remove(@namespace);
            return desired;
        }

        if (_marked.TryGetValue(@namespace, out var known) && ReferenceEquals(known.From, desired) && known.IsPartial == isPartial && known.Unread.Says(unread))
        {
            return known.State;
        }

        var state = desired with { IsPartial = isPartial, IsUndecided = unread.IsEmpty ? null : UndecidedBy(@namespace, unread) };
        _marked[@namespace] = (desired, unread, isPartial, state);
        return state;
    }

    private static Func<Entity, bool> UndecidedBy(string @namespace, UnreadObjects unread)
    {
        var streams = unread.HasKind(TcpIngress.KindName);
        var names = unread.Objects.Select(o => $"{o.Kind} {@namespace}/{o.Name}").ToHashSet(StringComparer.Ordinal);
        var certificates = unread.Objects.Where(o => o.Kind == "Secret").Select(o => EntityKey.Certificate(@namespace, o.Name)).ToHashSet();
        return entity => entity switch
        {
            Route route => (streams && route.IsStream) || names.Contains(route.Source),
            Certificate certificate => streams || certificates.Contains(certificate.Key),
            _ => false,
        };
    }
}
