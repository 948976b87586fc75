using EventGateway.Core.Model;
using EventGateway.Sources.Kubernetes.Kong;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Reads a KongUpstreamPolicy. A part with a fault (its balancing, its probes, its counting) is left out, the others are used.</summary>
internal sealed class UpstreamPolicyReader
{
    private const string RoundRobin = "requests go round robin";

    private readonly FieldProblems _problems = new();

    public static UpstreamPolicyInfo Read(KongUpstreamPolicy policy)
    {
        var reader = new UpstreamPolicyReader();
        var info = policy.Spec is { } spec ? reader.Read(spec) : reader.Empty();
        return info with { Reasons = [.. reader._problems.Reasons], Warnings = [.. reader._problems.Warnings] };
    }

    private UpstreamPolicyInfo Empty()
    {
        _problems.Warnings.Add("spec: it is missing; the policy has no effect");
        return new UpstreamPolicyInfo();
    }

    private UpstreamPolicyInfo Read(KongUpstreamPolicySpec spec)
    {
        var info = ReadBalancing(spec);
        if (_problems.Reasons.Count > 0)
        {
            _problems.Reasons[^1] += $"; until then {RoundRobin}";
            info = new UpstreamPolicyInfo();
        }

        if (spec.Healthchecks is not { } checks)
        {
            return info;
        }

        var health = new HealthcheckReader(_problems);
        var active = health.ReadActive(checks.Active);
        var passive = health.ReadPassive(checks.Passive);
        if (passive is not null && active is null)
        {
            _problems.Warnings.Add("spec.healthchecks.passive: without probes an endpoint that was found unhealthy stays so until it is replaced; add active checks");
        }

        return info with
        {
            Active = active,
            Passive = passive,
            ThresholdPercent = _problems.Number("spec.healthchecks.threshold", checks.Threshold, 0, 0, 100),
        };
    }

    private UpstreamPolicyInfo ReadBalancing(KongUpstreamPolicySpec spec)
    {
        var slots = _problems.Number("spec.slots", spec.Slots, ConsistentHash.DefaultSlots, 10, 65536);
        var algorithm = spec.Algorithm ?? "round-robin";
        if (algorithm != "consistent-hashing" && (spec.HashOnFallback ?? spec.HashOn) is { } hash && (algorithm != "sticky-sessions" || hash.Input is not "none"))
        {
            _problems.Warnings.Add($"spec.{(spec.HashOn is null ? "hashOnFallback" : "hashOn")}: only the algorithm consistent-hashing hashes; it has no effect");
        }

        if (algorithm != "sticky-sessions" && spec.StickySessions is not null)
        {
            _problems.Warnings.Add("spec.stickySessions: only the algorithm sticky-sessions uses it; it has no effect");
        }

        switch (algorithm)
        {
            case "round-robin": return new UpstreamPolicyInfo();
            case "least-connections": return new UpstreamPolicyInfo { LoadBalancing = LoadBalancing.LeastConnections };
            case "latency": return new UpstreamPolicyInfo { LoadBalancing = LoadBalancing.Latency };
            case "consistent-hashing": return new UpstreamPolicyInfo { LoadBalancing = LoadBalancing.ConsistentHashing, Hash = ReadHash(spec, slots) };
            case "sticky-sessions": return new UpstreamPolicyInfo { Sticky = ReadSticky(spec.StickySessions) };
            default:
                _problems.Reasons.Add($"spec.algorithm: '{algorithm}' is not known; use round-robin, least-connections, consistent-hashing, latency or sticky-sessions");
                return new UpstreamPolicyInfo();
        }
    }

    private StickyCookie? ReadSticky(KongStickySessions? sticky)
    {
        if (string.IsNullOrEmpty(sticky?.Cookie))
        {
            _problems.Reasons.Add("spec.stickySessions.cookie: it is missing; name the cookie that keeps a client at its endpoint");
            return null;
        }

        CheckToken("spec.stickySessions.cookie", sticky.Cookie);
        return new StickyCookie(sticky.Cookie) { Path = CookiePath("spec.stickySessions.cookiePath", sticky.CookiePath) };
    }

    private ConsistentHash ReadHash(KongUpstreamPolicySpec spec, int slots)
    {
        var key = spec.HashOn is null ? null : ReadKey("spec.hashOn", spec.HashOn);
        if (spec.HashOn is null || key is { Source: HashSource.None })
        {
            _problems.Warnings.Add($"spec.hashOn: nothing is hashed, so {RoundRobin}; name a header, cookie, queryArg or uriCapture, or set input to ip or path");
        }

        var fallback = spec.HashOnFallback is null ? null : ReadKey("spec.hashOnFallback", spec.HashOnFallback);
        if (fallback?.Source == HashSource.Cookie)
        {
            _problems.Reasons.Add("spec.hashOnFallback.cookie: a cookie cannot be a fallback; use it as spec.hashOn, or fall back to something else");
        }
        else if (fallback is not null && key?.Source == HashSource.Cookie)
        {
            _problems.Warnings.Add("spec.hashOnFallback: a cookie that is missing is made, so there is nothing to fall back from; it has no effect");
            fallback = null;
        }

        return new ConsistentHash(key ?? new HashKey(HashSource.None))
        {
            Fallback = fallback is { Source: HashSource.None } ? null : fallback,
            CookiePath = CookiePath("spec.hashOn.cookiePath", spec.HashOn?.CookiePath),
            Slots = slots,
        };
    }

    /// <summary>Null, with a reason: what is hashed cannot be told.</summary>
    private HashKey? ReadKey(string field, KongUpstreamHash hash)
    {
        var named = new (string Field, string? Value, HashSource Source)[]
        {
            ("input", hash.Input, HashSource.None), ("header", hash.Header, HashSource.Header), ("cookie", hash.Cookie, HashSource.Cookie),
            ("queryArg", hash.QueryArg, HashSource.Query), ("uriCapture", hash.UriCapture, HashSource.UriCapture),
        }.Where(n => n.Value is not null).ToList();
        if (named.Count != 1)
        {
            _problems.Reasons.Add(named.Count == 0
                ? $"{field}: it says nothing; give one of input, header, cookie, queryArg and uriCapture"
                : $"{field}: {string.Join(" and ", named.Select(n => n.Field))} are given; keep one of them");
            return null;
        }

        var (name, value, source) = named[0];
        if (name == "input")
        {
            return ReadInput($"{field}.input", value!);
        }

        if (value!.Length == 0)
        {
            _problems.Reasons.Add($"{field}.{name}: it is empty; give a name");
        }
        else if (source is HashSource.Header or HashSource.Cookie)
        {
            CheckToken($"{field}.{name}", value);
        }

        return new HashKey(source, value);
    }

    private HashKey? ReadInput(string field, string input)
    {
        switch (input)
        {
            case "none": return new HashKey(HashSource.None);
            case "ip": return new HashKey(HashSource.Ip);
            case "path": return new HashKey(HashSource.Path);
            case "consumer":
                _problems.Reasons.Add($"{field}: consumer is not supported yet, as there are no consumers; hash a header that tells who calls, or the ip");
                return null;
            default:
                _problems.Reasons.Add($"{field}: '{input}' is not known; use ip, path or none");
                return null;
        }
    }

    private void CheckToken(string field, string name)
    {
        if (!HttpToken.IsValid(name))
        {
            _problems.Reasons.Add($"{field}: '{name}' is no name; use letters, digits, '-' and '_'");
        }
    }

    private string CookiePath(string field, string? path)
    {
        if (path is null || (path.StartsWith('/') && path.All(c => c is >= ' ' and <= '~' and not ';')))
        {
            return path ?? "/";
        }

        _problems.Warnings.Add($"{field}: '{path}' is no path; let it begin with '/' and hold no ';'. '/' is used");
        return "/";
    }
}
