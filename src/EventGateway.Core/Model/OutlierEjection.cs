namespace EventGateway.Core.Model;

/// <summary>
/// Takes an endpoint that keeps failing out for a while, without probes. Each ejection in a row lasts one <see cref="BaseEjection"/> longer,
/// up to <see cref="MaxEjection"/>.
/// </summary>
public sealed record OutlierEjection
{
    /// <summary>Failures in a row that eject: connections that fail, timeouts, and 502, 503, 504. 0: never.</summary>
    public int ConsecutiveFailures { get; init; } = 5;

    public TimeSpan BaseEjection { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan MaxEjection { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Most of a backend's endpoints that may be out at once.</summary>
    public int MaxPercent { get; init; } = 50;

    internal IEnumerable<ConfigProblem> Validate()
    {
        if (ConsecutiveFailures is < 0 or > 1000)
        {
            yield return new ConfigProblem("health.outlier.consecutiveFailures", $"{ConsecutiveFailures} is out of range; use 0 (off) to 1000");
        }

        if (BaseEjection < TimeSpan.FromMilliseconds(1) || MaxEjection < BaseEjection || MaxEjection > TimeSpan.FromDays(1))
        {
            yield return new ConfigProblem("health.outlier.ejection", "use 1 ms or more for the first, and no less for the longest, at most a day");
        }

        if (MaxPercent is < 0 or > 100)
        {
            yield return new ConfigProblem("health.outlier.maxPercent", $"{MaxPercent} is out of range; use 0 to 100");
        }
    }
}
