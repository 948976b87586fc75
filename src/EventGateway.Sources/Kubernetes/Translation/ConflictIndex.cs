using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>
/// Who claims which host and path, over all workspaces of the source. Costs follow what changes, not how many claims there are.
/// Used by one thread.
/// </summary>
internal sealed class ConflictIndex
{
    private readonly Dictionary<ClaimKey, List<RouteClaim>> _claims = [];
    private readonly Dictionary<ClaimKey, RouteClaim> _winners = [];
    private readonly Dictionary<ObjectId, IngressUnit> _owners = [];
    private readonly Dictionary<ObjectId, ImmutableArray<string>> _warnings = [];
    private readonly HashSet<ClaimKey> _touched = [];
    private readonly HashSet<ObjectId> _moved = [];

    public void Add(IngressUnit unit)
    {
        if (unit.Claims.IsEmpty)
        {
            return;
        }

        _owners[unit.Ingress.Id] = unit;
        _moved.Add(unit.Ingress.Id);
        foreach (var claim in unit.Claims)
        {
            ref var claims = ref CollectionsMarshal.GetValueRefOrAddDefault(_claims, claim.What, out _);
            (claims ??= []).Add(claim);
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
        _moved.Add(unit.Ingress.Id);
        foreach (var claim in unit.Claims)
        {
            var claims = _claims[claim.What];
            claims.RemoveAll(c => ReferenceEquals(c, claim));
            if (claims.Count == 0)
            {
                _claims.Remove(claim.What);
            }

            _touched.Add(claim.What);
        }
    }

    public ImmutableArray<string> WarningsOf(ObjectId owner) => _warnings.Count > 0 && _warnings.TryGetValue(owner, out var warnings) ? warnings : [];

    /// <summary>Decides what has changed hands since the last call.</summary>
    /// <returns>The namespaces where somebody's warnings changed.</returns>
    public IReadOnlySet<string> Settle()
    {
        var affected = new HashSet<ObjectId>(_moved);
        foreach (var key in _touched)
        {
            if (_claims.TryGetValue(key, out var claims))
            {
                var winner = claims.Min()!;
                if (!ReferenceEquals(_winners.GetValueOrDefault(key), winner))
                {
                    _winners[key] = winner;
                    affected.UnionWith(claims.Select(c => c.Owner));
                }
            }
            else
            {
                _winners.Remove(key);
            }
        }

        _touched.Clear();
        _moved.Clear();
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

    private ImmutableArray<string> LostBy(IngressUnit unit) =>
        [.. unit.Claims.Where(c => !ReferenceEquals(_winners[c.What], c)).Select(c => c.LostTo(_winners[c.What]))];
}
