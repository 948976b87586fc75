using System.Diagnostics;
using EventGateway.Proxy.Upstreams;
using EventGateway.Proxy.Upstreams.Balancing;
using Yarp.ReverseProxy.Forwarder;

namespace EventGateway.Proxy.Tests.Upstreams.Balancing;

public sealed class LatencyTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    private readonly ManualTime _time = new();

    [Fact]
    public void Average_Slower_AtOnce()
    {
        var average = new LatencyAverage();
        Assert.Equal(0, average.Read(_time.Now));
        average.Observe(5 * Millisecond, _time.Now);
        Assert.Equal(0.005f, average.Read(_time.Now));
        average.Observe(500 * Millisecond, _time.Now);
        Assert.Equal(0.5f, average.Read(_time.Now));
    }

    [Fact]
    public void Average_Faster_ByTime()
    {
        var average = new LatencyAverage();
        average.Observe(1000 * Millisecond, _time.Now);
        average.Observe(10 * Millisecond, _time.Now);
        Assert.Equal(1f, average.Read(_time.Now));
        _time.Now += LatencyAverage.Window;
        average.Observe(10 * Millisecond, _time.Now);
        Assert.Equal((1 / Math.E) + (0.01 * (1 - (1 / Math.E))), average.Read(_time.Now), 3);
        _time.Now += 10 * LatencyAverage.Window;
        average.Observe(10 * Millisecond, _time.Now);
        Assert.Equal(0.01, average.Read(_time.Now), 3);
    }

    [Fact]
    public void Average_NothingSeenFor_Fades()
    {
        var average = new LatencyAverage();
        average.Observe(1000 * Millisecond, _time.Now);
        _time.Now += LatencyAverage.Window;
        Assert.Equal(1 / Math.E, average.Read(_time.Now), 3);
        _time.Now += 1_000 * LatencyAverage.Window;
        Assert.Equal(LatencyAverage.Least, average.Read(_time.Now));
        // Seen in the meantime by a thread that was held up: time does not go back.
        Assert.Equal(LatencyAverage.Least, average.Read(_time.Now - Millisecond));
    }

    [Fact]
    public void Average_ManyThreads_StaysWithinWhatWasSeen()
    {
        var average = new LatencyAverage();
        Parallel.For(0, 40_000, i => average.Observe((1 + (i % 50)) * Millisecond, _time.Now + (i * Millisecond / 10)));
        Assert.InRange(average.Read(_time.Now), 0.001f, 0.05f);
    }

    [Fact]
    public void Attempt_Failed_CountsAsSlow()
    {
        var average = new LatencyAverage();
        var started = Stopwatch.GetTimestamp();
        average.OnAttempt(started, started + (Stopwatch.Frequency / 100), null);
        Assert.Equal(0.01, average.Read(Now()), 3);
        average.OnAttempt(Stopwatch.GetTimestamp(), started, ForwarderError.Request);
        Assert.Equal(0.1, average.Read(Now()), 2);
    }

    [Fact]
    public void Attempt_ClientLeft_CountsOnlyIfItWaitedLonger()
    {
        var average = new LatencyAverage();
        var started = Stopwatch.GetTimestamp();
        average.OnAttempt(started, started + Stopwatch.Frequency, null);
        var before = average.Read(Now());
        average.OnAttempt(Stopwatch.GetTimestamp(), 0, ForwarderError.RequestCanceled);
        Assert.InRange(average.Read(Now()), before - 0.3f, before);
        average.OnAttempt(Stopwatch.GetTimestamp() - (5 * Stopwatch.Frequency), 0, ForwarderError.RequestCanceled);
        Assert.InRange(average.Read(Now()), 4.5f, 60);
    }

    [Fact]
    public void Pick_OneSlow_HardlyAny()
    {
        var endpoints = Pool.Equal(5);
        var counts = Serve(endpoints, 10_000, i => i == 0 ? 200 : 10);
        Assert.InRange(counts[0], 1, 300);
        Assert.All(counts[1..], c => Assert.InRange(c, 1_200, 4_500));
    }

    [Fact]
    public void Pick_SlowBecomesFast_TriedAgain()
    {
        var endpoints = Pool.Equal(2);
        Serve(endpoints, 100, i => i == 0 ? 1_000 : 10);
        _time.Now += 10 * LatencyAverage.Window;
        Assert.InRange(Serve(endpoints, 1_000, _ => 10)[0], 100, 900);
    }

    [Fact]
    public void Pick_NewEndpoint_ItsShareAndNoFlood()
    {
        var old = Pool.Equal(4);
        Serve(old, 400, _ => 10);
        EndpointState[] all = [.. old, Pool.Endpoint("10.0.9.9:80")];
        var picker = new LatencyPicker(all, null, _time);
        picker.Hold(500);
        Assert.InRange(all[4].InFlight, 50, 150);
    }

    [Fact]
    public void Pick_InFlight_Counts()
    {
        var endpoints = Pool.Equal(2);
        Serve(endpoints, 10, _ => 10);
        new LatencyPicker(endpoints, null, _time).Hold(400);
        Assert.All(endpoints.InFlight(), n => Assert.InRange(n, 130, 270));
    }

    [Fact]
    public void Pick_NothingInFlight_ByWeight()
    {
        var endpoints = Pool.OfWeights(8, 1, 1);
        var counts = new LatencyPicker(endpoints, null, _time).Count(endpoints, 1_000);
        Assert.Equal([800, 100, 100], counts);
    }

    [Fact]
    public void Pick_ManyInFlight_ByWeight()
    {
        var endpoints = Pool.OfWeights(300, 100);
        new LatencyPicker(endpoints, null, _time).Hold(4_000);
        Assert.InRange(endpoints[0].InFlight, 2_900, 3_100);
    }

    [Fact]
    public void Pick_Tried_Another()
    {
        var endpoints = Pool.Equal(3);
        Serve(endpoints, 30, i => i == 0 ? 1 : 100);
        var picker = new LatencyPicker(endpoints, null, _time);
        Assert.All(Enumerable.Range(0, 100), _ => Assert.NotSame(endpoints[0], picker.Pick(Pool.Context(), Pool.Request(endpoints[0]))));
        Assert.Null(new LatencyPicker([endpoints[0]], null, _time).Pick(Pool.Context(), Pool.Request(endpoints[0])));
    }

    private static TimeSpan Now() => Stopwatch.GetElapsedTime(0);

    /// <summary>One request after the other, a millisecond apart.</summary>
    private int[] Serve(EndpointState[] endpoints, int requests, Func<int, int> milliseconds)
    {
        var picker = new LatencyPicker(endpoints, null, _time);
        var counts = new int[endpoints.Length];
        for (var i = 0; i < requests; i++)
        {
            var endpoint = picker.Pick(Pool.Context(), Pool.Request())!;
            var index = Array.IndexOf(endpoints, endpoint);
            counts[index]++;
            _time.Now += Millisecond;
            endpoint.Latency!.Observe(milliseconds(index) * Millisecond, _time.Now);
        }

        return counts;
    }
}
