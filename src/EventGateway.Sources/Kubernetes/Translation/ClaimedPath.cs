namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>All claims to one path at one host, and who has it.</summary>
internal sealed class ClaimedPath
{
    private readonly List<RouteClaim> _claims = [];
    private readonly Dictionary<(string Namespace, string Conditions), RouteClaim> _first = [];
    private RouteClaim? _oldest;

    public IReadOnlyList<RouteClaim> Claims => _claims;

    public void Add(RouteClaim claim) => _claims.Add(claim);

    public void Remove(RouteClaim claim) => _claims.RemoveAll(c => ReferenceEquals(c, claim));

    /// <summary>To be called when claims came or went, before <see cref="WinnerOver"/>.</summary>
    public void Decide()
    {
        _oldest = null;
        _first.Clear();
        foreach (var claim in _claims)
        {
            if (_oldest is null || claim.IsOlderThan(_oldest))
            {
                _oldest = claim;
            }

            var rivals = (claim.Owner.Namespace, claim.Conditions);
            if (!_first.TryGetValue(rivals, out var first) || claim.GoesBefore(first))
            {
                _first[rivals] = claim;
            }
        }
    }

    /// <summary>Who has what is claimed; null: the claimant itself.</summary>
    public RouteClaim? WinnerOver(RouteClaim claim)
    {
        if (_oldest!.Owner.Namespace != claim.Owner.Namespace)
        {
            return _oldest;
        }

        var first = _first[(claim.Owner.Namespace, claim.Conditions)];
        return ReferenceEquals(first, claim) ? null : first;
    }
}
