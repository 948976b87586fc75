using System.Collections.Immutable;

namespace EventGateway.Core.Model;

/// <summary>One rule: what it matches, what it does to the request, and the weighted backends it goes to.</summary>
public sealed record Route(EntityKey Key) : Entity(Key)
{
    /// <summary>Answered to plain http on a route that allows https only, unless the route says otherwise.</summary>
    public const int DefaultHttpsRedirectStatus = 426;

    private const RouteProtocols HttpProtocols = RouteProtocols.Http | RouteProtocols.Https;

    /// <summary>Empty: any host. Of a stream route: the server names of TLS.</summary>
    public ImmutableArray<HostMatch> Hosts { get; init; } = [];

    /// <summary>Any one of them suffices. At least one; none for a stream route.</summary>
    public ImmutableArray<RouteMatch> Matches { get; init; } = [];

    /// <summary>Ports a stream route is for; empty for http and https, which are served wherever the proxy listens for them.</summary>
    public ImmutableArray<int> Ports { get; init; } = [];

    public RouteProtocols Protocols { get; init; } = HttpProtocols;

    /// <summary>Whether it takes connections (tcp, tls, tls_passthrough) rather than requests.</summary>
    public bool IsStream => (Protocols & ~HttpProtocols) != 0;

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

        foreach (var problem in IsStream ? ValidateStream() : ValidateHttp())
        {
            yield return problem;
        }

        for (var i = 0; i < Matches.Length; i++)
        {
            foreach (var problem in Matches[i].Validate($"matches[{i}]"))
            {
                yield return problem;
            }
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

    private IEnumerable<ConfigProblem> ValidateHttp()
    {
        if (Matches.IsEmpty)
        {
            yield return new ConfigProblem("matches", "a route matches nothing; give it at least one path");
        }

        if (Protocols == 0)
        {
            yield return new ConfigProblem("protocols", "no protocol is allowed; use http, https or both");
        }
    }

    private IEnumerable<ConfigProblem> ValidateStream()
    {
        if (Protocols is not (RouteProtocols.Tcp or RouteProtocols.Tls or RouteProtocols.TlsPassthrough))
        {
            yield return new ConfigProblem("protocols", $"{(int)Protocols} mixes what one route cannot serve; use tcp, tls or tls_passthrough alone");
        }

        if (!Matches.IsEmpty)
        {
            yield return new ConfigProblem("matches", "a stream route has no paths; leave them out");
        }

        if (Ports.IsEmpty)
        {
            yield return new ConfigProblem("ports", "a stream route needs the port it is for");
        }

        for (var i = 0; i < Ports.Length; i++)
        {
            if (Ports[i] is < 1 or > 65535)
            {
                yield return new ConfigProblem($"ports[{i}]", $"{Ports[i]} is not a port; use 1 to 65535");
            }
        }

        if (Protocols == RouteProtocols.Tcp && !Hosts.IsEmpty)
        {
            yield return new ConfigProblem("hosts", "plain tcp names no server; leave the hosts out, or use tls or tls_passthrough");
        }
    }
}
