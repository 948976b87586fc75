using System.Text.RegularExpressions;
using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Routing;

/// <summary>The route a request takes.</summary>
public readonly struct RouteHit
{
    private readonly RouteCandidate? _candidate;

    internal RouteHit(RouteCandidate candidate, int matchedLength)
    {
        _candidate = candidate;
        MatchedLength = matchedLength;
        Position = candidate.Route.Log.Position;
    }

    /// <summary>False: no route was found, and nothing else here may be read.</summary>
    public bool IsMatch => _candidate is not null;

    public Route Route => _candidate!.Route.Entity;

    /// <summary>Place of the match in <see cref="Core.Model.Route.Matches"/>.</summary>
    public int MatchIndex => _candidate!.Index;

    public LogName Log => _candidate!.Route.Log.Name;

    /// <summary>How much of the path the match covers: what <see cref="Core.Model.Route.StripPath"/> removes. 0 for an expression of a route that strips nothing.</summary>
    public int MatchedLength { get; }

    /// <summary><c>origin/workspace@commit</c> of the route's log when the request was matched.</summary>
    public string Position { get; }

    /// <summary>What the path was matched by; null but for expressions.</summary>
    internal Regex? Expression => _candidate!.Expression;

    internal RouteEntry Entry => _candidate!.Route;
}
