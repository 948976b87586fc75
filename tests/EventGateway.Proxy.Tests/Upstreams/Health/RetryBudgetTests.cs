using System.Diagnostics;
using EventGateway.Proxy.Upstreams.Health;

namespace EventGateway.Proxy.Tests.Upstreams.Health;

public sealed class RetryBudgetTests
{
    private readonly RetryBudget _budget = new();
    private long _now = 1000 * Stopwatch.Frequency;

    [Fact]
    public void TryTake_FewRequests_AFewAreAlwaysAllowed()
    {
        Assert.Equal(RetryBudget.AlwaysAllowed, Take(20));
        Assert.Equal(0, Take(20));
        _now += 11 * Stopwatch.Frequency;
        Assert.Equal(RetryBudget.AlwaysAllowed, Take(0));
    }

    [Fact]
    public void TryTake_ManyRequests_TheirShare()
    {
        Request(10_000);
        Assert.Equal(2000, Take(20));
        Request(1000);
        Assert.Equal(200, Take(20));
    }

    [Fact]
    public void TryTake_RequestsOfTheLastWindow_CountOnceMore()
    {
        Request(1000);
        _now += 6 * Stopwatch.Frequency;
        Assert.Equal(200, Take(20));
        _now += 6 * Stopwatch.Frequency;
        Assert.Equal(RetryBudget.AlwaysAllowed, Take(20) + RetryBudget.AlwaysAllowed);
        _now += 6 * Stopwatch.Frequency;
        Assert.Equal(RetryBudget.AlwaysAllowed, Take(20));
    }

    private void Request(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _budget.OnRequest(_now);
        }
    }

    private int Take(int percent)
    {
        var taken = 0;
        while (_budget.TryTake(percent, _now))
        {
            taken++;
        }

        return taken;
    }
}
