using EventGateway.Core.Model;

namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>What a backend's config says about health, retries and limits, with the defaults put in. Immutable.</summary>
internal sealed class BackendRules
{
    private static readonly HealthChecks DefaultHealth = new();
    private static readonly OutlierEjection DefaultOutlier = new();
    private static readonly RetryPolicy DefaultRetry = new();
    private static readonly CircuitLimits NoLimits = new();

    /// <summary>Those of a backend that is not there: the defaults, and no retries. Stands behind what it is made of.</summary>
    public static readonly BackendRules Default = new(null);

    /// <param name="backend">Null: the backend is not in the log.</param>
    public BackendRules(Backend? backend)
    {
        Backend = backend;
        Health = backend?.Health ?? DefaultHealth;
        Outlier = Health.Outlier ?? DefaultOutlier;
        Active = Health.Active is { } active && (active.HealthyInterval > TimeSpan.Zero || active.UnhealthyInterval > TimeSpan.Zero) ? active : null;
        Retry = backend?.Retry ?? DefaultRetry;
        Retries = backend?.Retries ?? 0;
        RetriesStatuses = Retries > 0 && Retry.Statuses is { IsDefaultOrEmpty: false };
        Circuit = backend?.Circuit ?? NoLimits;

        // The silence that is allowed covers both directions: a longer write timeout than that has nothing to add.
        WriteTimeout = backend is not null && backend.WriteTimeout < backend.ReadTimeout ? backend.WriteTimeout : Timeout.InfiniteTimeSpan;
    }

    public Backend? Backend { get; }

    public HealthChecks Health { get; }

    public OutlierEjection Outlier { get; }

    /// <summary>Null: no probes.</summary>
    public ActiveCheck? Active { get; }

    public RetryPolicy Retry { get; }

    /// <summary>Further endpoints that are tried.</summary>
    public int Retries { get; }

    /// <summary>Whether an answer may have to be held back for its status.</summary>
    public bool RetriesStatuses { get; }

    public CircuitLimits Circuit { get; }

    /// <summary>Infinite: the read timeout is the shorter one, and it covers writes too.</summary>
    public TimeSpan WriteTimeout { get; }

    /// <summary>Whether what was counted under the other rules means the same under these.</summary>
    public bool CountsLike(BackendRules other) =>
        Same(Health.Passive, other.Health.Passive) && Same(Active?.Counts, other.Active?.Counts) && Active?.Type == other.Active?.Type && Active?.Path == other.Active?.Path;

    /// <summary>Whether probes are sent alike.</summary>
    public bool ProbesLike(BackendRules other)
    {
        if (Active is not { } active || other.Active is not { } before)
        {
            return Active == other.Active;
        }

        return active with { Headers = [], Counts = before.Counts } == before with { Headers = [] }
            && active.Headers.AsSpan().SequenceEqual(before.Headers.AsSpan())
            && Same(active.Counts, before.Counts)
            && Backend!.HostHeader == other.Backend!.HostHeader
            && Backend.Tls == other.Backend.Tls;
    }

    // Arrays compare by reference within a record, and every decoded record has its own.
    private static bool Same(HealthCounts? left, HealthCounts? right)
    {
        if (left is null || right is null)
        {
            return left == right;
        }

        return left with { HealthyStatuses = [], UnhealthyStatuses = [] } == right with { HealthyStatuses = [], UnhealthyStatuses = [] }
            && left.HealthyStatuses.AsSpan().SequenceEqual(right.HealthyStatuses.AsSpan())
            && left.UnhealthyStatuses.AsSpan().SequenceEqual(right.UnhealthyStatuses.AsSpan());
    }
}
