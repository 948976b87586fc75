using System.Diagnostics;
using Yarp.ReverseProxy.Forwarder;

namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>
/// How long an endpoint takes to begin its answers: an average that weighs what was seen by how long ago it was, and takes anything slower at once
/// (peak-sensitive EWMA, as Finagle's). Without new answers it fades, so that an endpoint that was slow is tried again. Lock-free:
/// value and time stand in one word.
/// </summary>
internal sealed class LatencyAverage
{
    /// <summary>After it something seen has lost two thirds of its weight.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    /// <summary>How many times its usual latency a failed attempt counts: refusing is quick, but no reason to send more.</summary>
    public const float FailureFactor = 10;

    /// <summary>In seconds. Nothing is faster; what is not known is 0.</summary>
    public const float Least = 1e-6f;

    private const float LeastOfFailure = 1e-3f;

    // High half: seconds as a float; low half: when, in milliseconds, which may wrap around.
    private ulong _state;

    /// <summary>In seconds, as faded until now; 0: nothing was seen yet.</summary>
    /// <param name="now">Since any moment that is the same for all calls.</param>
    public float Read(TimeSpan now)
    {
        var state = Volatile.Read(ref _state);
        return state == 0 ? 0 : Math.Max(Least, ValueOf(state) * Weight(state, Stamp(now)));
    }

    public void Observe(TimeSpan latency, TimeSpan now)
    {
        var seen = Math.Max(Least, (float)latency.TotalSeconds);
        var stamp = Stamp(now);
        while (true)
        {
            var state = Volatile.Read(ref _state);
            var value = ValueOf(state);
            if (seen < value)
            {
                var weight = Weight(state, stamp);
                seen = (value * weight) + (seen * (1 - weight));
            }

            // The later of two that overtook one another must not move time back.
            var last = state == 0 || unchecked((int)(stamp - (uint)state)) > 0 ? stamp : (uint)state;
            if (Interlocked.CompareExchange(ref _state, ((ulong)BitConverter.SingleToUInt32Bits(seen) << 32) | last, state) == state)
            {
                return;
            }

            seen = Math.Max(Least, (float)latency.TotalSeconds);
        }
    }

    /// <summary>An attempt that ended, by timestamps of <see cref="Stopwatch"/>.</summary>
    /// <param name="answered">When its answer began; before <paramref name="started"/>: there was none.</param>
    public void OnAttempt(long started, long answered, ForwarderError? error)
    {
        var ended = Stopwatch.GetTimestamp();
        var now = Stopwatch.GetElapsedTime(0, ended);
        if (answered >= started)
        {
            Observe(Stopwatch.GetElapsedTime(started, answered), now);
            return;
        }

        var elapsed = Stopwatch.GetElapsedTime(started, ended);
        var usual = Read(now);
        if (error is ForwarderError.Request or ForwarderError.RequestTimedOut)
        {
            Observe(TimeSpan.FromSeconds(Math.Max(elapsed.TotalSeconds, FailureFactor * Math.Max(usual, LeastOfFailure))), now);
        }
        else if (elapsed.TotalSeconds > usual)
        {
            // The client left or failed: it would have taken at least that long.
            Observe(elapsed, now);
        }
    }

    private static uint Stamp(TimeSpan now) => unchecked((uint)(now.Ticks / TimeSpan.TicksPerMillisecond));

    private static float ValueOf(ulong state) => BitConverter.UInt32BitsToSingle((uint)(state >> 32));

    private static float Weight(ulong state, uint stamp)
    {
        var age = unchecked((int)(stamp - (uint)state));
        return age <= 0 ? 1 : MathF.Exp(-age / (float)Window.TotalMilliseconds);
    }
}
