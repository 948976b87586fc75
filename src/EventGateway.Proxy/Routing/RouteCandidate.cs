using System.Text.RegularExpressions;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Routing;

/// <summary>One match of one route, compiled. The same object stands in the slots of all hosts of its route.</summary>
internal sealed class RouteCandidate(RouteEntry route, int index, RouteMatch match, Regex? expression, ValueCondition[] headers, ValueCondition[] query)
{
    public RouteEntry Route { get; } = route;

    public int Index { get; } = index;

    public PathMatch Path { get; } = match.Path;

    public ulong Priority { get; } = match.Priority;

    /// <summary>Null but for expressions.</summary>
    public Regex? Expression { get; } = expression;

    private readonly string[] _methods = [.. match.Methods];

    /// <summary>Whether all conditions but host and path hold.</summary>
    public bool Holds(in RouteRequest request)
    {
        // A route for plain http only does not exist for https. The other way round it answers with a redirect.
        if (request.IsHttps && (Route.Protocols & RouteProtocols.Https) == 0)
        {
            return false;
        }

        if (_methods.Length > 0 && !HasMethod(request.Method))
        {
            return false;
        }

        foreach (var condition in headers)
        {
            if (!condition.HoldsForHeader(request.Headers))
            {
                return false;
            }
        }

        foreach (var condition in query)
        {
            if (!condition.HoldsForQuery(request.Query))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the route serves the request's scheme itself, rather than sending the client to https.</summary>
    public bool Serves(in RouteRequest request) => request.IsHttps || (Route.Protocols & RouteProtocols.Http) != 0;

    /// <summary>Order within one host: below zero when <paramref name="left"/> wins.</summary>
    public static int CompareRank(RouteCandidate left, RouteCandidate right)
    {
        var byPriority = right.Priority.CompareTo(left.Priority);
        return byPriority != 0 ? byPriority : CompareAge(left, right);
    }

    /// <summary>Order among equal priorities, and among workspaces that claim one slot: older, then by name.</summary>
    public static int CompareAge(RouteCandidate left, RouteCandidate right)
    {
        if (ReferenceEquals(left.Route, right.Route))
        {
            return left.Index.CompareTo(right.Index);
        }

        var byAge = left.Route.CreatedTicks.CompareTo(right.Route.CreatedTicks);
        if (byAge != 0)
        {
            return byAge;
        }

        var byWorkspace = string.CompareOrdinal(left.Route.Log.Name.Workspace, right.Route.Log.Name.Workspace);
        if (byWorkspace != 0)
        {
            return byWorkspace;
        }

        var byKey = left.Route.Entity.Key.CompareTo(right.Route.Entity.Key);
        if (byKey != 0)
        {
            return byKey;
        }

        var byOrigin = string.CompareOrdinal(left.Route.Log.Name.Origin, right.Route.Log.Name.Origin);
        return byOrigin != 0 ? byOrigin : left.Index.CompareTo(right.Index);
    }

    private bool HasMethod(string method)
    {
        foreach (var allowed in _methods)
        {
            if (string.Equals(allowed, method, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
