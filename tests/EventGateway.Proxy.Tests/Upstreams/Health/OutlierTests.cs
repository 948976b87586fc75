using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Upstreams.Health;

namespace EventGateway.Proxy.Tests.Upstreams.Health;

public sealed class OutlierTests
{
    private static readonly TimeSpan Base = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(AttemptOutcome.NotConnected, 0)]
    [InlineData(AttemptOutcome.ConnectTimedOut, 0)]
    [InlineData(AttemptOutcome.Broken, 0)]
    [InlineData(AttemptOutcome.TimedOut, 0)]
    [InlineData(AttemptOutcome.BrokenInAnswer, 200)]
    [InlineData(AttemptOutcome.TimedOutInAnswer, 200)]
    [InlineData(AttemptOutcome.Answered, 502)]
    [InlineData(AttemptOutcome.Answered, 503)]
    [InlineData(AttemptOutcome.Answered, 504)]
    internal void OnOutcome_FiveFailuresInARow_OutForTheBaseTime(AttemptOutcome outcome, int status)
    {
        using var bench = new HealthBench();
        bench.Fail(2, 4, outcome, status);
        Assert.Equal("1 2 3 4", bench.Usable);
        bench.Fail(2, 1, outcome, status);
        Assert.Equal("1 3 4", bench.Usable);
        bench.Time.Advance(Base - TimeSpan.FromMilliseconds(100));
        Assert.Equal("1 3 4", bench.Usable);
        bench.Time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal("1 2 3 4", bench.Usable);
    }

    [Theory]
    [InlineData(AttemptOutcome.ClientGone, 0)]
    [InlineData(AttemptOutcome.ClientFault, 0)]
    [InlineData(AttemptOutcome.Answered, 500)]
    [InlineData(AttemptOutcome.Answered, 429)]
    internal void OnOutcome_NotTheEndpointsFault_StaysIn(AttemptOutcome outcome, int status)
    {
        using var bench = new HealthBench();
        bench.Fail(2, 100, outcome, status);
        Assert.Equal("1 2 3 4", bench.Usable);
    }

    [Fact]
    public void OnOutcome_SuccessInBetween_CountsAnew()
    {
        using var bench = new HealthBench();
        for (var i = 0; i < 20; i++)
        {
            bench.Fail(2, 4);
            bench.Succeed(2);
        }

        Assert.Equal("1 2 3 4", bench.Usable);
    }

    [Fact]
    public void Readmitted_FailsAtOnce_OutAtOnceAndLongerEachTime()
    {
        using var bench = new HealthBench();
        bench.Fail(2);
        var wait = Base;
        for (var round = 0; round < 40; round++)
        {
            Advance(bench, wait - TimeSpan.FromSeconds(1));
            Assert.Equal("1 3 4", bench.Usable);
            Advance(bench, TimeSpan.FromSeconds(2));
            Assert.Equal("1 2 3 4", bench.Usable);
            bench.Fail(2, 1);
            wait = TimeSpan.FromTicks(Math.Min((wait + Base).Ticks, TimeSpan.FromMinutes(5).Ticks));
        }

        Assert.Equal(TimeSpan.FromMinutes(5), wait);
    }

    [Fact]
    public void Readmitted_StaysLongerThanItWasOut_NextEjectionIsShortAgain()
    {
        using var bench = new HealthBench();
        bench.Fail(2);
        Advance(bench, Base + TimeSpan.FromSeconds(1));
        Advance(bench, Base + TimeSpan.FromSeconds(1));
        bench.Fail(2, 1);
        Advance(bench, Base + TimeSpan.FromSeconds(1));
        Assert.Equal("1 2 3 4", bench.Usable);
    }

    [Fact]
    public void Readmitted_Succeeds_HasAllItsChancesAgain()
    {
        using var bench = new HealthBench();
        bench.Fail(2);
        Advance(bench, Base + TimeSpan.FromSeconds(1));
        bench.Succeed(2);
        bench.Fail(2, 4);
        Assert.Equal("1 2 3 4", bench.Usable);
    }

    [Theory]
    [InlineData(1, 50, 1)]
    [InlineData(2, 50, 1)]
    [InlineData(3, 50, 2)]
    [InlineData(4, 50, 2)]
    [InlineData(4, 0, 4)]
    [InlineData(4, 100, 0)]
    [InlineData(5, 20, 4)]
    public void MaxPercent_AllFail_SoManyStay(int endpoints, int percent, int left)
    {
        using var bench = new HealthBench(endpoints, b => b with { Health = new HealthChecks { PanicPercent = 0, Outlier = new OutlierEjection { MaxPercent = percent } } });
        for (var i = 1; i <= endpoints; i++)
        {
            bench.Endpoint(i);
            bench.Fail(i, 50);
        }

        Assert.Equal(left, bench.Model.Pool.Count);
    }

    [Fact]
    public void Endpoints_Change_StateOfThoseThatStayIsKept()
    {
        using var bench = new HealthBench();
        bench.Fail(2);
        bench.Log.Put(HealthBench.Slice(6));
        Assert.Equal("1 3 4 5 6", bench.Usable);
        bench.Log.Put(Config.Backend("echo") with { ReadTimeout = TimeSpan.FromSeconds(3) });
        Assert.Equal("1 3 4 5 6", bench.Usable);
        Advance(bench, Base + TimeSpan.FromSeconds(1));
        Assert.Equal("1 2 3 4 5 6", bench.Usable);
    }

    [Fact]
    public void Settings_TurnedOff_AllBackAtOnce()
    {
        using var bench = new HealthBench();
        bench.Fail(2);
        bench.Log.Put(Config.Backend("echo") with { Health = new HealthChecks { Outlier = new OutlierEjection { ConsecutiveFailures = 0 } } });
        Assert.Equal("1 2 3 4", bench.Usable);
        bench.Fail(2, 100);
        Assert.Equal("1 2 3 4", bench.Usable);
        bench.Log.Put(Config.Backend("echo"));
        Assert.Equal("1 2 3 4", bench.Usable);
    }

    [Fact]
    public void FortyRoutes_OneBackend_OneView()
    {
        using var bench = new HealthBench();
        bench.Log.Put([.. Enumerable.Range(0, 40).Select(i => Config.Route($"r{i}", $"h{i}", "/"))]);
        var endpoint = bench.Endpoint(2);
        for (var i = 0; i < 5; i++)
        {
            bench.ModelOf($"h{i}").Health.OnOutcome(endpoint, AttemptOutcome.Broken, 0);
        }

        Assert.All(Enumerable.Range(0, 40), i => Assert.Equal(3, bench.ModelOf($"h{i}").Pool.Count));
        Assert.Single(Enumerable.Range(0, 40).Select(i => bench.ModelOf($"h{i}").Health).Distinct());
    }

    [Fact]
    public async Task Metrics_StatesOfEndpoints_AreCounted()
    {
        using var bench = new HealthBench();
        bench.Fail(2);
        var text = await TextAsync(bench);
        Assert.Contains("eventgateway_upstream_endpoints{workspace=\"shop\",state=\"healthy\"} 3", text, StringComparison.Ordinal);
        Assert.Contains("eventgateway_upstream_endpoints{workspace=\"shop\",state=\"ejected\"} 1", text, StringComparison.Ordinal);
        Assert.Contains("eventgateway_upstream_ejections_total{workspace=\"shop\"} 1", text, StringComparison.Ordinal);
        bench.Log.Remove(EntityKey.Endpoints("ns", "echo"));
        Assert.DoesNotContain("eventgateway_upstream_endpoints{workspace=\"shop\"", await TextAsync(bench), StringComparison.Ordinal);
    }

    [Fact]
    public void Observe_Success_AllocatesNothing()
    {
        using var bench = new HealthBench();
        bench.Succeed(1, 100);
        var endpoint = bench.Endpoint(1);
        var health = bench.Health;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            health.Budget.OnRequest(i);
            health.OnOutcome(endpoint, AttemptOutcome.Answered, 200);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Concurrent_OutcomesAndChanges_EndsWhereItShould()
    {
        using var bench = new HealthBench(8);
        var endpoints = Enumerable.Range(1, 8).Select(bench.Endpoint).ToArray();
        var health = bench.Health;
        var work = Enumerable.Range(0, 4).Select(seed => Task.Run(() =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 20_000; i++)
            {
                health.OnOutcome(endpoints[random.Next(8)], random.Next(3) == 0 ? AttemptOutcome.Answered : AttemptOutcome.Broken, 200);
            }
        })).ToList();
        var changes = 0;
        while (work.Any(t => !t.IsCompleted))
        {
            bench.Log.Put(HealthBench.Slice(4 + (changes++ % 5)));
            bench.Time.Advance(TimeSpan.FromSeconds(7));
        }

        await Task.WhenAll(work);
        bench.Log.Put(HealthBench.Slice(8));
        Advance(bench, TimeSpan.FromHours(1));
        Assert.Equal("1 2 3 4 5 6 7 8", bench.Usable);
    }

    private static void Advance(HealthBench bench, TimeSpan time)
    {
        bench.Time.Advance(time);

        // What was due is grouped by a few milliseconds.
        bench.Time.Advance(TimeSpan.FromMilliseconds(10));
    }

    private static async Task<string> TextAsync(HealthBench bench)
    {
        using var text = new MemoryStream();
        await bench.Metrics.Registry.CollectAndExportAsTextAsync(text);
        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }
}
