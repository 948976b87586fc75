using EventGateway.Core.Model;
using EventGateway.Proxy.Upstreams.Balancing;

namespace EventGateway.Proxy.Tests.Upstreams.Balancing;

public sealed class LeastConnectionsTests
{
    [Fact]
    public void Pick_Busy_FewestInFlight()
    {
        var endpoints = Pool.Equal(3);
        var picker = Pool.Picker(LoadBalancing.LeastConnections, endpoints);
        endpoints[0].Begin();
        endpoints[0].Begin();
        endpoints[1].Begin();
        picker.Hold(3);
        Assert.Equal([2, 2, 2], endpoints.InFlight());
        picker.Hold(30);
        Assert.Equal([12, 12, 12], endpoints.InFlight());
        for (var i = 0; i < 12; i++)
        {
            endpoints[1].End();
        }

        picker.Hold(6);
        Assert.Equal([12, 6, 12], endpoints.InFlight());
    }

    [Fact]
    public void Pick_Weights_InFlightInProportion()
    {
        var endpoints = Pool.OfWeights(300, 100, 1);
        Pool.Picker(LoadBalancing.LeastConnections, endpoints).Hold(401);
        Assert.InRange(endpoints[0].InFlight, 298, 302);
        Assert.InRange(endpoints[1].InFlight, 98, 102);
        Assert.InRange(endpoints[2].InFlight, 0, 2);
    }

    [Fact]
    public void Pick_NothingInFlight_ByWeight()
    {
        var endpoints = Pool.OfWeights(5, 1, 1);
        Assert.Equal([50, 10, 10], Pool.Picker(LoadBalancing.LeastConnections, endpoints).Count(endpoints, 70));
    }

    [Fact]
    public void Pick_LargePool_NobodyFarAboveTheOthers()
    {
        var endpoints = Pool.Equal(10 * LeastConnectionsPicker.ScanLimit);
        Pool.Picker(LoadBalancing.LeastConnections, endpoints).Hold(10 * endpoints.Length);
        Assert.All(endpoints.InFlight(), n => Assert.InRange(n, 4, 15));
    }

    [Fact]
    public void Pick_Tried_Another()
    {
        var endpoints = Pool.Equal(3);
        var picker = Pool.Picker(LoadBalancing.LeastConnections, endpoints);
        endpoints[1].Begin();
        endpoints[2].Begin();
        endpoints[2].Begin();
        Assert.All(Enumerable.Range(0, 9), _ => Assert.NotSame(endpoints[0], picker.Pick(Pool.Context(), Pool.Request(endpoints[0]))));
        Assert.Null(Pool.Picker(LoadBalancing.LeastConnections, [endpoints[0]]).Pick(Pool.Context(), Pool.Request(endpoints[0])));
        var large = Pool.Equal(LeastConnectionsPicker.ScanLimit + 1);
        var ofLarge = Pool.Picker(LoadBalancing.LeastConnections, large);
        Assert.All(Enumerable.Range(0, 1_000), _ => Assert.NotSame(large[0], ofLarge.Pick(Pool.Context(), Pool.Request(large[0]))));
    }
}
