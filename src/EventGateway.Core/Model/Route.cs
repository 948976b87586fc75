using System.Collections.Immutable;

namespace EventGateway.Core.Model;

/// <summary>One rule: what it matches, what it does to the request, and the weighted backends it goes to.</summary>
public sealed record Route(EntityKey Key) : Entity(Key)
{
    /// <summary>Answered to plain http on a route that allows https only, unless the route says otherwise.</summary>
    public const int DefaultHttpsRedirectStatus = 426;

    /// <summary>Empty: any host.</summary>
    public ImmutableArray<HostMatch> Hosts { get; init; } = [];

    /// <summary>Any one of them suffices. At least one.</summary>
    public ImmutableArray<RouteMatch> Matches { get; init; } = [];

    public RouteProtocols Protocols { get; init; } = RouteProtocols.Http | RouteProtocols.Https;

    /// <summary>301, 302, 307, 308 (a redirect to https) or 426 (a refusal that names TLS).</summary>
    public int HttpsRedirectStatus { get; init; } = DefaultHttpsRedirectStatus;

    /// <summary>Whether the matched part of the path is removed before forwarding.</summary>
    public bool StripPath { get; init; }

    /// <summary>Whether the upstream sees the client's Host; otherwise the endpoint's own.</summary>
    public bool PreserveHost { get; init; } = true;

    /// <summary>Empty: the route answers 503.</summary>
    public ImmutableArray<WeightedBackend> Backends { get; init; } = [];

    /// <summary>Creation of the object behind the route; null: not known, counts as younger than any.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>For people: the object behind the route, for example <c>Ingress shop/web</c>.</summary>
    public string Source { get; init; } = "";

    public override IEnumerable<ConfigProblem> Validate()
    {
        for (var i = 0; i < Hosts.Length; i++)
        {
            if (Hosts[i].Validate($"hosts[{i}]") is { } problem)
            {
                yield return problem;
            }
        }

        if (Matches.IsEmpty)
        {
            yield return new ConfigProblem("matches", "a route matches nothing; give it at least one path");
        }

        for (var i = 0; i < Matches.Length; i++)
        {
            foreach (var problem in Matches[i].Validate($"matches[{i}]"))
            {
                yield return problem;
            }
        }

        if (Protocols == 0)
        {
            yield return new ConfigProblem("protocols", "no protocol is allowed; use http, https or both");
        }

        if (HttpsRedirectStatus is not (301 or 302 or 307 or 308 or 426))
        {
            yield return new ConfigProblem("httpsRedirectStatus", $"{HttpsRedirectStatus} is no redirect status; use 301, 302, 307, 308 or 426");
        }

        for (var i = 0; i < Backends.Length; i++)
        {
            if (Backends[i].Backend.Kind != EntityKind.Backend)
            {
                yield return new ConfigProblem($"backends[{i}]", $"'{Backends[i].Backend}' does not name a backend");
            }
        }
    }
}
