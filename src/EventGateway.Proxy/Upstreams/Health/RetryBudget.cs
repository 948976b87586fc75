using System.Diagnostics;

namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>
/// Keeps retries from multiplying the load on a backend that is in trouble: over the last five to ten seconds there may be a share of the
/// requests, and always <see cref="AlwaysAllowed"/>. Safe from any thread. Times are those of <see cref="Stopwatch.GetTimestamp"/>.
/// </summary>
internal sealed class RetryBudget
{
    /// <summary>In a window of ten seconds: about three a second.</summary>
    public const int AlwaysAllowed = 30;

    private static readonly long HalfWindow = 5 * Stopwatch.Frequency;

    private readonly Lock _lock = new();
    private long _requests;
    private long _startedAt;
    private long _requestsBefore;
    private long _requestsAtStart;
    private int _retriesBefore;
    private int _retries;

    public void OnRequest(long now)
    {
        if (now - Volatile.Read(ref _startedAt) >= HalfWindow)
        {
            lock (_lock)
            {
                Advance_NeedsLock(now);
            }
        }

        Interlocked.Increment(ref _requests);
    }

    /// <summary>Takes one retry out of the budget.</summary>
    public bool TryTake(int percent, long now)
    {
        lock (_lock)
        {
            Advance_NeedsLock(now);
            var requests = _requestsBefore + Volatile.Read(ref _requests) - _requestsAtStart;
            if (_retriesBefore + _retries >= Math.Max(AlwaysAllowed, requests * percent / 100))
            {
                return false;
            }

            _retries++;
            return true;
        }
    }

    private void Advance_NeedsLock(long now)
    {
        var elapsed = now - _startedAt;
        if (elapsed < HalfWindow)
        {
            return;
        }

        var requests = Volatile.Read(ref _requests);
        var isNext = elapsed < 2 * HalfWindow;
        _requestsBefore = isNext ? requests - _requestsAtStart : 0;
        _retriesBefore = isNext ? _retries : 0;
        _requestsAtStart = requests;
        _retries = 0;
        Volatile.Write(ref _startedAt, now);
    }
}
