using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>
/// Who claims which host and path, over all workspaces of the source. The proxy decides by the same rules; here the losers are told.
/// Costs follow what changes, not how many claims there are. Used by one thread.
/// </summary>
internal sealed class ConflictIndex
{
    private readonly Dictionary<ClaimKey, ClaimedPath> _paths = [];
    private readonly Dictionary<ObjectId, IngressUnit> _owners = [];
    private readonly Dictionary<ObjectId, ImmutableArray<string>> _warnings = [];
    private readonly HashSet<ClaimKey> _touched = [];
    private readonly HashSet<ObjectId> _gone = [];

    public void Add(IngressUnit unit)
    {
        if (unit.Claims.IsEmpty)
        {
            return;
        }

        _owners[unit.Ingress.Id] = unit;
        foreach (var claim in unit.Claims)
        {
            ref var path = ref CollectionsMarshal.GetValueRefOrAddDefault(_paths, claim.What, out _);
            (path ??= new ClaimedPath()).Add(claim);
            _touched.Add(claim.What);
        }
    }

    public void Remove(IngressUnit unit)
    {
        if (unit.Claims.IsEmpty)
        {
            return;
        }

        _owners.Remove(unit.Ingress.Id);
        _gone.Add(unit.Ingress.Id);
        foreach (var claim in unit.Claims)
        {
            _paths[claim.What].Remove(claim);
            _touched.Add(claim.What);
        }
    }

    public ImmutableArray<string> WarningsOf(ObjectId owner) => _warnings.Count > 0 && _warnings.TryGetValue(owner, out var warnings) ? warnings : [];

    /// <summary>Decides what has changed hands since the last call.</summary>
    /// <returns>The namespaces where somebody's warnings changed.</returns>
    public IReadOnlySet<string> Settle()
    {
        var affected = new HashSet<ObjectId>(_gone);
        foreach (var key in _touched)
        {
            var path = _paths[key];
            path.Decide();
            affected.UnionWith(path.Claims.Select(c => c.Owner));
            if (path.Claims.Count == 0)
            {
                _paths.Remove(key);
            }
        }

        _touched.Clear();
        _gone.Clear();
        var namespaces = new HashSet<string>(StringComparer.Ordinal);
        foreach (var owner in affected)
        {
            var after = _owners.TryGetValue(owner, out var unit) ? LostBy(unit) : [];
            if (after.SequenceEqual(WarningsOf(owner)))
            {
                continue;
            }

            namespaces.Add(owner.Namespace);
            if (after.IsEmpty)
            {
                _warnings.Remove(owner);
            }
            else
            {
                _warnings[owner] = after;
            }
        }

        return namespaces;
    }

    private ImmutableArray<string> LostBy(IngressUnit unit)
    {
        var lost = ImmutableArray.CreateBuilder<string>();
        foreach (var claim in unit.Claims)
        {
            if (_paths[claim.What].WinnerOver(claim) is { } winner)
            {
                lost.Add(claim.LostTo(winner));
            }
        }

        return lost.ToImmutable();
    }
}
