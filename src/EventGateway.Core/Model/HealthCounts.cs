using System.Collections.Immutable;

namespace EventGateway.Core.Model;

/// <summary>Which outcomes count, and how many in a row change an endpoint's health. A threshold of 0 is off.</summary>
public sealed record HealthCounts
{
    /// <summary>Statuses that count as success; others neither heal nor harm.</summary>
    public ImmutableArray<int> HealthyStatuses { get; init; } = [];

    public ImmutableArray<int> UnhealthyStatuses { get; init; } = [];

    /// <summary>Successes after which an unhealthy endpoint is healthy.</summary>
    public int Successes { get; init; }

    public int HttpFailures { get; init; }

    /// <summary>Connections refused, reset or broken.</summary>
    public int TcpFailures { get; init; }

    public int Timeouts { get; init; }

    internal IEnumerable<ConfigProblem> Validate(string field)
    {
        foreach (var status in HealthyStatuses.Concat(UnhealthyStatuses))
        {
            if (status is < 100 or > 999)
            {
                yield return new ConfigProblem($"{field}.statuses", $"{status} is no status; use 100 to 999");
            }
        }

        foreach (var (name, count) in new[] { ("successes", Successes), ("httpFailures", HttpFailures), ("tcpFailures", TcpFailures), ("timeouts", Timeouts) })
        {
            if (count is < 0 or > 255)
            {
                yield return new ConfigProblem($"{field}.{name}", $"{count} is out of range; use 0 (off) to 255");
            }
        }
    }
}
