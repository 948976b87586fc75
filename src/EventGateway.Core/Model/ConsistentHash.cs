namespace EventGateway.Core.Model;

/// <summary>How <see cref="LoadBalancing.ConsistentHashing"/> places requests.</summary>
public sealed record ConsistentHash(HashKey Key)
{
    public const int DefaultSlots = 10_000;

    /// <summary>Used when a request has no <see cref="Key"/>; null: round robin.</summary>
    public HashKey? Fallback { get; init; }

    /// <summary>Path of a cookie that is made; only for <see cref="HashSource.Cookie"/>.</summary>
    public string CookiePath { get; init; } = "/";

    /// <summary>Points on the ring, shared by weight; Kong's bounds, 10 to 65536.</summary>
    public int Slots { get; init; } = DefaultSlots;

    /// <summary>
    /// Most requests in flight an endpoint may have, in percent of the average, before its requests go to the next on the ring
    /// (consistent hashing with bounded loads, Mirrokni, Thorup, Zadimoghaddam, 2016). 0: no bound; else more than 100.
    /// </summary>
    public int BoundPercent { get; init; }

    internal IEnumerable<ConfigProblem> Validate()
    {
        if (Key.Validate("hash.key") is { } problem)
        {
            yield return problem;
        }

        if (Fallback?.Validate("hash.fallback") is { } fallbackProblem)
        {
            yield return fallbackProblem;
        }

        if (Slots is < 10 or > 65536)
        {
            yield return new ConfigProblem("hash.slots", $"{Slots} is out of range; use 10 to 65536");
        }

        if (BoundPercent is not 0 and (<= 100 or > 10_000))
        {
            yield return new ConfigProblem("hash.boundPercent", $"{BoundPercent} is out of range; use 101 to 10000, or 0 for no bound");
        }

        if (!CookiePath.StartsWith('/') || CookiePath.Any(c => c is ';' or < ' ' or > '~'))
        {
            yield return new ConfigProblem("hash.cookiePath", $"'{CookiePath}' must begin with '/' and hold no ';'");
        }
    }
}
