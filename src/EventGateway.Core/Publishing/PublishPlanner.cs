using System.Collections.Immutable;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using EventGateway.Core.Wire;

namespace EventGateway.Core.Publishing;

/// <summary>
/// The difference between what is wanted and what a log holds, as the smallest change sets. Puts go before removals, and within
/// each what is pointed at before what points (removals: after), so that at no commit anything points at what is not there.
/// The first plan compares everything; a later one only what was wanted otherwise since then and what the last one found to differ,
/// so it counts on nobody else having written the log meanwhile. Used by one thread.
/// </summary>
public sealed class PublishPlanner(LogName log, PublisherOptions options, KeyRing? keyRing)
{
    /// <summary>What was wanted once, until it has left the log too.</summary>
    private readonly Dictionary<EntityKey, Prepared> _prepared = [];

    /// <summary>Keys that differed when the last plan was made, whether it does something about them or not.</summary>
    private readonly HashSet<EntityKey> _open = [];

    private DesiredState? _planned;

    /// <summary>The log was read anew, or may hold what was not planned here: the next plan compares everything.</summary>
    public void StartOver() => _planned = null;

    /// <param name="desired">What the log shall hold.</param>
    /// <param name="actual">What it holds.</param>
    /// <param name="repairs">Keys whose last record is damaged: written again even where nothing differs.</param>
    public PublishPlan Plan(DesiredState desired, ConfigImage actual, IReadOnlySet<EntityKey> repairs)
    {
        var refused = ImmutableArray.CreateBuilder<RefusedRecord>();
        var puts = new List<Change>();
        var unwanted = new List<EntityKey>();
        var asTheyAre = new List<EntityKey>();
        foreach (var key in Candidates(desired, actual, repairs))
        {
            var present = actual.Find(key);
            if (!desired.Entities.TryGetValue(key, out var wanted))
            {
                Consider(key, present is not null, unwanted);
                continue;
            }

            var prepared = Prepare(key, wanted);
            var isAsWanted = prepared.Fault is null && present?.Hash == prepared.Hash && !repairs.Contains(key);
            if (isAsWanted)
            {
                continue;
            }

            _open.Add(key);
            if (prepared.Fault is { } fault)
            {
                refused.Add(new RefusedRecord(key.Text, fault));
                asTheyAre.Add(key);
            }
            else if (wanted.IsTentative && present is not null && !repairs.Contains(key))
            {
                asTheyAre.Add(key);
            }
            else
            {
                puts.Add(ToChange(wanted));
            }
        }

        _planned = desired;
        var removals = Removals(desired, actual, unwanted, asTheyAre, out var held, out var leftAlone);
        removals.UnionWith(repairs.Where(k => !desired.Entities.ContainsKey(k) && actual.Find(k) is null));
        var changes = puts.OrderBy(PutOrder).ThenBy(c => c.Key)
            .Concat(removals.Select(k => new Change(k, null, default, default, Provenance.None)).OrderByDescending(PutOrder).ThenBy(c => c.Key));
        return new PublishPlan(Split(changes), [.. refused.OrderBy(r => r.Key, StringComparer.Ordinal)], held, leftAlone);
    }

    /// <summary>What has to be looked at, and takes it out of what is open.</summary>
    private HashSet<EntityKey> Candidates(DesiredState desired, ConfigImage actual, IReadOnlySet<EntityKey> repairs)
    {
        var candidates = _planned is null ? null : desired.ChangedSince(_planned);
        if (candidates is null)
        {
            candidates = [.. desired.Entities.Keys, .. actual.Entries.Select(e => e.Entity.Key), .. _prepared.Keys];
        }
        else
        {
            candidates.UnionWith(_open);
            candidates.UnionWith(repairs);
        }

        _open.Clear();
        return candidates;
    }

    /// <summary>A key that nobody wants.</summary>
    private void Consider(EntityKey key, bool isThere, List<EntityKey> unwanted)
    {
        if (!isThere)
        {
            _prepared.Remove(key);
        }
        else if (key.Kind is not (EntityKind.Unknown or EntityKind.Feature))
        {
            // A newer writer's kinds and features are not this one's to remove.
            unwanted.Add(key);
            _open.Add(key);
        }
    }

    /// <summary>What is not wanted and goes.</summary>
    /// <param name="asTheyAre">What is wanted otherwise than it is and cannot be put: what the older versions point at stays with them.</param>
    private HashSet<EntityKey> Removals(
        DesiredState desired, ConfigImage actual, List<EntityKey> unwanted, IEnumerable<EntityKey> asTheyAre, out int held, out int leftAlone)
    {
        var kept = TargetsOf(asTheyAre, actual);
        unwanted.RemoveAll(kept.Contains);

        // What could not be read may be just the object that wants it, unless this writer has once put it there.
        var left = unwanted.Where(k => !_prepared.ContainsKey(k) && (desired.IsPartial || desired.IsUndecided?.Invoke(actual.Find(k)!.Entity) == true)).ToHashSet();
        left.UnionWith(TargetsOf(left.ToList(), actual));
        leftAlone = unwanted.RemoveAll(left.Contains);

        var isMass = unwanted.Count > PublisherOptions.MassRemovalFloor && unwanted.Count > (long)actual.Count * options.MassRemovalPercent / 100;
        held = isMass ? unwanted.Count : 0;
        return isMass ? [] : [.. unwanted];
    }

    /// <summary>What routes of the log point at: backends, and their endpoints. It has to stay as long as they do, whoever has put it there.</summary>
    private static HashSet<EntityKey> TargetsOf(IEnumerable<EntityKey> keys, ConfigImage actual)
    {
        var targets = new HashSet<EntityKey>();
        var groups = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            foreach (var target in actual.Routes.TryGet(key, out var route) ? route.Entity.Backends : [])
            {
                if (targets.Add(target.Backend) && actual.Backends.TryGet(target.Backend, out var backend))
                {
                    groups.Add(backend.Entity.EndpointsGroup);
                }
            }
        }

        targets.UnionWith(groups.Count == 0 ? [] : actual.Endpoints.Where(e => groups.Contains(e.Entity.Group)).Select(e => e.Entity.Key));
        return targets;
    }

    private Prepared Prepare(EntityKey key, DesiredEntity wanted)
    {
        if (_prepared.TryGetValue(key, out var known) && ReferenceEquals(known.Source, wanted))
        {
            return known;
        }

        var fault = FaultOf(wanted.Entity);
        var hash = default(ContentHash);
        if (fault is null)
        {
            var change = ToChange(wanted);
            hash = change.Hash;
            fault = change.Body.Length > options.MaxEntityBytes
                ? $"it takes {change.Body.Length:N0} bytes, more than the {options.MaxEntityBytes:N0} one record may have; split the object"
                : null;
        }

        return _prepared[key] = new Prepared(wanted, hash, fault);
    }

    private string? FaultOf(Entity entity)
    {
        var problems = entity.Validate().ToList();
        if (problems.Count > 0)
        {
            return string.Join("; ", problems);
        }

        return entity is Certificate { PrivateKey: PlainSecret } && keyRing is null
            ? "its private key cannot be sealed: give the watcher a --key-ring (make one with 'eventgateway keys new')"
            : null;
    }

    private Change ToChange(DesiredEntity wanted)
    {
        var entity = wanted.Entity is Certificate { PrivateKey: PlainSecret plain } certificate
            ? certificate with { PrivateKey = keyRing!.Seal(plain, log, certificate.Key) }
            : wanted.Entity;
        return EntityCodec.ToChange(entity, wanted.Provenance with { Origin = log.Origin });
    }

    private static ImmutableArray<ChangeSet> Split(IEnumerable<Change> changes)
    {
        var sets = ImmutableArray.CreateBuilder<ChangeSet>();
        var set = ImmutableArray.CreateBuilder<Change>();
        long bytes = 0;
        foreach (var change in changes)
        {
            if (set.Count > 0 && (set.Count == PublisherOptions.MaxChangesPerSet || bytes + change.Body.Length > PublisherOptions.MaxBytesPerSet))
            {
                sets.Add(new ChangeSet(set.ToImmutable()));
                set.Clear();
                bytes = 0;
            }

            set.Add(change);
            bytes += change.Body.Length;
        }

        if (set.Count > 0)
        {
            sets.Add(new ChangeSet(set.ToImmutable()));
        }

        return sets.ToImmutable();
    }

    private static int PutOrder(Change change) => change.Key.Kind switch
    {
        EntityKind.Feature => 0,
        EntityKind.Certificate => 1,
        EntityKind.Endpoints => 2,
        EntityKind.Backend => 3,
        EntityKind.Listener => 4,
        _ => 5,
    };

    private sealed record Prepared(DesiredEntity Source, ContentHash Hash, string? Fault);
}
