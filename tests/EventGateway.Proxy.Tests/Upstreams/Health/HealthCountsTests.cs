using EventGateway.Core.Model;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Upstreams.Health;

namespace EventGateway.Proxy.Tests.Upstreams.Health;

public sealed class HealthCountsTests
{
    private static readonly HealthCounts Passive = new() { HealthyStatuses = [200, 302], UnhealthyStatuses = [429, 500, 503], Successes = 2, HttpFailures = 3, TcpFailures = 2, Timeouts = 4 };

    [Theory]
    [InlineData(AttemptOutcome.Answered, 429, 3)]
    [InlineData(AttemptOutcome.Answered, 500, 3)]
    [InlineData(AttemptOutcome.NotConnected, 0, 2)]
    [InlineData(AttemptOutcome.Broken, 0, 2)]
    [InlineData(AttemptOutcome.TimedOut, 0, 4)]
    [InlineData(AttemptOutcome.ConnectTimedOut, 0, 4)]
    internal void Passive_Threshold_OutUntilSuccesses(AttemptOutcome outcome, int status, int threshold)
    {
        using var bench = Bench(new HealthChecks { Passive = Passive });
        bench.Fail(2, threshold - 1, outcome, status);
        Assert.Equal("1 2 3 4", bench.Usable);
        bench.Fail(2, 1, outcome, status);
        Assert.Equal("1 3 4", bench.Usable);

        // As in Kong time heals nothing.
        bench.Time.Advance(TimeSpan.FromDays(2));
        Assert.Equal("1 3 4", bench.Usable);
        bench.Succeed(2);
        Assert.Equal("1 3 4", bench.Usable);
        bench.Succeed(2);
        Assert.Equal("1 2 3 4", bench.Usable);
    }

    [Fact]
    public void Passive_OtherStatuses_NeitherHealNorHarm()
    {
        using var bench = Bench(new HealthChecks { Passive = Passive });
        bench.Fail(2, 2, AttemptOutcome.Answered, 500);
        bench.Succeed(2, 10, 404);
        bench.Fail(2, 1, AttemptOutcome.Answered, 500);
        Assert.Equal("1 3 4", bench.Usable);
    }

    [Fact]
    public void Passive_ZeroThresholds_NeverOut()
    {
        using var bench = Bench(new HealthChecks { Passive = new HealthCounts { UnhealthyStatuses = [500] } });
        bench.Fail(2, 300, AttemptOutcome.Answered, 500);
        bench.Fail(2, 300, AttemptOutcome.TimedOut);
        Assert.Equal("1 2 3 4", bench.Usable);
    }

    [Fact]
    public void Passive_RulesChange_CountedAnewOtherChangesNot()
    {
        using var bench = Bench(new HealthChecks { Passive = Passive });
        bench.Fail(2, 2);
        bench.Log.Put(Config.Backend("echo") with { Health = NoOutlier(new HealthChecks { Passive = Passive with { HealthyStatuses = [200, 302] } }), Retries = 1 });
        Assert.Equal("1 3 4", bench.Usable);
        bench.Log.Put(Config.Backend("echo") with { Health = NoOutlier(new HealthChecks { Passive = Passive with { TcpFailures = 3 } }) });
        Assert.Equal("1 2 3 4", bench.Usable);
        bench.Fail(2, 2);
        Assert.Equal("1 2 3 4", bench.Usable);
        bench.Fail(2, 1);
        Assert.Equal("1 3 4", bench.Usable);
    }

    [Fact]
    public void Panic_TooFewLeft_AllAreUsedUntilEnoughAreBack()
    {
        using var bench = Bench(new HealthChecks { Passive = Passive });
        bench.Fail(1, 2);
        bench.Fail(2, 2);
        Assert.Equal("3 4", bench.Usable);
        bench.Fail(3, 2);
        Assert.Equal("1 2 3 4", bench.Usable);
        bench.Succeed(1, 2);
        Assert.Equal("1 4", bench.Usable);
    }

    [Fact]
    public void Panic_Off_NoneLeft()
    {
        using var bench = Bench(new HealthChecks { Passive = Passive, PanicPercent = 0 });
        for (var i = 1; i <= 4; i++)
        {
            bench.Endpoint(i);
            bench.Fail(i, 2);
        }

        Assert.Equal("", bench.Usable);
    }

    [Fact]
    public void Threshold_LessWeightLeft_NoneIsUsed()
    {
        using var bench = Bench(new HealthChecks { Passive = Passive, ThresholdPercent = 55 });
        bench.Log.Put(Config.Addresses("echo", 80, new EndpointAddress("10.0.0.1") { Weight = 10 }, new EndpointAddress("10.0.0.2") { Weight = 30 }, new EndpointAddress("10.0.0.3") { Weight = 60 }));
        bench.Endpoint(1);
        bench.Fail(1, 2);
        Assert.Equal("2 3", bench.Usable);
        bench.Fail(2, 2);
        Assert.Equal("3", bench.Usable);
        bench.Succeed(2, 2);
        bench.Fail(3, 2);
        Assert.Equal("", bench.Usable);
        bench.Succeed(3, 2);
        Assert.Equal("2 3", bench.Usable);
    }

    private static HealthBench Bench(HealthChecks health) => new(4, b => b with { Health = NoOutlier(health) });

    private static HealthChecks NoOutlier(HealthChecks health) => health with { Outlier = new OutlierEjection { ConsecutiveFailures = 0 } };
}
