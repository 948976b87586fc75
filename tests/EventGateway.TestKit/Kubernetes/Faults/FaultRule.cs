using EventGateway.TestKit.Kubernetes.Server;

namespace EventGateway.TestKit.Kubernetes.Faults;

/// <summary>When which fault happens. Disposing of what <see cref="ApiFaults.Add"/> gives ends it.</summary>
public sealed class FaultRule(FaultKind kind)
{
    public static readonly TimeSpan DefaultDelay = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private Random? _random;
    private int _skipped;
    private int _fired;

    public FaultKind Kind { get; } = kind;

    public Func<ApiRequest, bool> Matches { get; init; } = static _ => true;

    /// <summary>After how many times it is over.</summary>
    public int Times { get; init; } = int.MaxValue;

    /// <summary>How many matching requests, or events, pass first.</summary>
    public int Skip { get; init; }

    /// <summary>How likely each matching request, or event, is hit.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>Of the chances; the same seed and the same order of requests give the same faults.</summary>
    public int Seed { get; init; }

    /// <summary>Of slow answers, late events, and the wait for an event to swap with.</summary>
    public TimeSpan Delay { get; init; } = DefaultDelay;

    public int Code { get; init; } = 503;

    /// <summary>Becomes the Retry-After header. Null: none.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>How often it happened.</summary>
    public int Fired
    {
        get
        {
            lock (_gate)
            {
                return _fired;
            }
        }
    }

    internal bool IsOfWatches => Kind >= FaultKind.WatchDrop;

    /// <summary>Whether it happens this time; asking uses up a chance.</summary>
    internal bool Fires(ApiRequest request)
    {
        if (!Matches(request))
        {
            return false;
        }

        lock (_gate)
        {
            if (_fired >= Times || _skipped++ < Skip || Probability < 1 && (_random ??= new Random(Seed)).NextDouble() >= Probability)
            {
                return false;
            }

            _fired++;
            return true;
        }
    }
}
