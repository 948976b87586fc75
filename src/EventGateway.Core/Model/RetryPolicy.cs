using System.Collections.Immutable;

namespace EventGateway.Core.Model;

/// <summary>
/// What is tried again on another endpoint, besides <see cref="Backend.Retries"/>. A request that never reached an endpoint may always be
/// repeated; one that may have reached it only when its method is idempotent (RFC 9110, section 9.2.2).
/// </summary>
public sealed record RetryPolicy
{
    public const int DefaultBudgetPercent = 20;
    public const int DefaultMaxBodyBytes = 64 * 1024;

    /// <summary>Most retries in percent of the backend's requests, over the last seconds; a few are always allowed.</summary>
    public int BudgetPercent { get; init; } = DefaultBudgetPercent;

    /// <summary>Statuses that are tried again; empty: none.</summary>
    public ImmutableArray<int> Statuses { get; init; } = [];

    /// <summary>Bodies up to this size are kept for a second attempt. 0: none is.</summary>
    public int MaxBodyBytes { get; init; } = DefaultMaxBodyBytes;

    /// <summary>Whether methods that are not idempotent are repeated too, though the first attempt may have had its effect.</summary>
    public bool NonIdempotent { get; init; }

    internal IEnumerable<ConfigProblem> Validate()
    {
        if (BudgetPercent is < 0 or > 100)
        {
            yield return new ConfigProblem("retry.budgetPercent", $"{BudgetPercent} is out of range; use 0 to 100");
        }

        if (MaxBodyBytes is < 0 or > 16 * 1024 * 1024)
        {
            yield return new ConfigProblem("retry.maxBodyBytes", $"{MaxBodyBytes} is out of range; use 0 to 16 MiB");
        }

        foreach (var status in Statuses)
        {
            if (status is < 400 or > 599)
            {
                yield return new ConfigProblem("retry.statuses", $"{status} is no failure; use 400 to 599");
            }
        }
    }
}
