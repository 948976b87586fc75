namespace EventGateway.Proxy.Routing;

/// <summary>The best candidate found so far on the walk along one host's paths.</summary>
internal ref struct BestMatch(ref readonly RouteRequest request)
{
    private readonly ref readonly RouteRequest _request = ref request;
    private bool _serves;

    public RouteCandidate? Candidate { get; private set; }

    public int MatchedLength { get; private set; }

    /// <summary>Looks at a slot whose path is known to match.</summary>
    public void Consider(PathSlot? slot, int matchedLength)
    {
        if (slot is null)
        {
            return;
        }

        foreach (var candidate in slot.Active)
        {
            if (Candidate is not null && candidate.Priority < Candidate.Priority)
            {
                return;
            }

            if (IsBetter(candidate))
            {
                Take(candidate, matchedLength);
            }
        }
    }

    /// <summary>Looks at a slot whose expression was not tried yet; it is only when a candidate of it would win.</summary>
    public void ConsiderExpression(PathSlot slot, ReadOnlySpan<char> path)
    {
        foreach (var candidate in slot.Active)
        {
            if (Candidate is not null && candidate.Priority < Candidate.Priority)
            {
                return;
            }

            if (!IsBetter(candidate))
            {
                continue;
            }

            var length = candidate.Route.Entity.StripPath ? LengthOf(slot, path) : slot.Expression!.IsMatch(path) ? 0 : -1;
            if (length < 0)
            {
                return;
            }

            Take(candidate, length);
        }
    }

    private static int LengthOf(PathSlot slot, ReadOnlySpan<char> path)
    {
        foreach (var match in slot.Expression!.EnumerateMatches(path))
        {
            return match.Length;
        }

        return -1;
    }

    private readonly bool IsBetter(RouteCandidate candidate)
    {
        if (Candidate is null)
        {
            return candidate.Holds(in _request);
        }

        if (candidate.Priority == Candidate.Priority)
        {
            var serves = candidate.Serves(in _request);
            if (serves != _serves ? !serves : RouteCandidate.CompareAge(candidate, Candidate) >= 0)
            {
                return false;
            }
        }

        return candidate.Priority >= Candidate.Priority && candidate.Holds(in _request);
    }

    private void Take(RouteCandidate candidate, int matchedLength)
    {
        Candidate = candidate;
        MatchedLength = matchedLength;
        _serves = candidate.Serves(in _request);
    }
}
