namespace EventGateway.Core.Model;

/// <summary>How a backend finds out which of its endpoints work.</summary>
public sealed record HealthChecks
{
    public const int DefaultPanicPercent = 50;

    /// <summary>Null: no probes.</summary>
    public ActiveCheck? Active { get; init; }

    /// <summary>Counts what requests meet, and as Kong's circuit breaker never heals without probes. Null: off.</summary>
    public HealthCounts? Passive { get; init; }

    /// <summary>Null: its defaults.</summary>
    public OutlierEjection? Outlier { get; init; }

    /// <summary>Share of the endpoints' weight that has to be healthy, or the backend answers 503 (Kong's <c>threshold</c>). 0: off.</summary>
    public int ThresholdPercent { get; init; }

    /// <summary>Below this share of healthy endpoints health is not believed and all are used: better a few failures than an overload of the last one. 0: off.</summary>
    public int PanicPercent { get; init; } = DefaultPanicPercent;

    internal IEnumerable<ConfigProblem> Validate()
    {
        foreach (var (name, percent) in new[] { ("thresholdPercent", ThresholdPercent), ("panicPercent", PanicPercent) })
        {
            if (percent is < 0 or > 100)
            {
                yield return new ConfigProblem($"health.{name}", $"{percent} is out of range; use 0 to 100");
            }
        }

        foreach (var problem in (Active?.Validate() ?? []).Concat(Passive?.Validate("health.passive") ?? []).Concat(Outlier?.Validate() ?? []))
        {
            yield return problem;
        }
    }
}
