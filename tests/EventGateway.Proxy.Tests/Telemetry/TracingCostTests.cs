using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Telemetry;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventGateway.Proxy.Tests.Telemetry;

/// <summary>A proxy that traces nothing must pay nothing for it.</summary>
public sealed class TracingCostTests
{
    private const int Requests = 500;

    [Fact]
    public async Task Off_AllocatesWhatTheBareGatewayAllocates()
    {
        await using var off = Build(isTraced: false);
        await using var on = Build(isTraced: true);
        var bare = new GatewayMiddleware(
            off.Services.GetRequiredService<RoutingTable>(),
            off.Services.GetRequiredService<IGatewayState>(),
            new Forwarder(_ => Task.CompletedTask, off.Services.GetRequiredService<UpstreamErrors>()),
            off.Services.GetRequiredService<RequestTelemetry>(),
            off.Services.GetRequiredService<UpstreamErrors>(),
            off.Services.GetRequiredService<ProxyOptions>(),
            off.Services.GetRequiredService<DrainState>(),
            off.Services.GetRequiredService<ClientGate>());
        using var spans = new RecordedSpans();
        var least = Least(bare.InvokeAsync, Pipeline(off), Pipeline(on));
        Assert.Equal(least[0], least[1]);

        // So that the above can fail at all.
        Assert.True(least[2] > least[0] + 200, string.Join(' ', least));
    }

    [Fact]
    public void InFlight_CountsWithoutAllocation()
    {
        var inFlight = new DrainCounter();
        inFlight.Increment();
        inFlight.Decrement();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            inFlight.Increment();
            inFlight.Increment();
            inFlight.Decrement();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1000, inFlight.Value);
    }

    [Fact]
    public async Task InFlight_ManyThreads_SumIsExact()
    {
        var inFlight = new DrainCounter();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 2000; i++)
            {
                inFlight.Increment();
                await Task.Yield();
                inFlight.Decrement();
            }

            inFlight.Increment();
        })));
        Assert.Equal(8, inFlight.Value);
    }

    private static WebApplication Build(bool isTraced)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IGatewayState>(new FakeGatewayState());
        builder.Services.AddGatewayProxy(new ProxyOptions { IsTraced = isTraced });
        return builder.Build();
    }

    private static RequestDelegate Pipeline(WebApplication app)
    {
        var pipeline = new ApplicationBuilder(app.Services);
        pipeline.MapGateway();
        return pipeline.Build();
    }

    /// <summary>In turns, as code that is compiled anew meanwhile may allocate less.</summary>
    private static long[] Least(params RequestDelegate[] handlers)
    {
        var least = handlers.Select(PerRequest).ToArray();
        for (var round = 0; round < 8; round++)
        {
            for (var i = 0; i < handlers.Length; i++)
            {
                least[i] = Math.Min(least[i], PerRequest(handlers[i]));
            }
        }

        return least;
    }

    /// <summary>Bytes for a request that no route takes: it ends on the thread it began on.</summary>
    private static long PerRequest(RequestDelegate handler)
    {
        Run(handler, Requests);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(handler, Requests);
        return (GC.GetAllocatedBytesForCurrentThread() - before) / Requests;
    }

    private static void Run(RequestDelegate handler, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var context = new DefaultHttpContext();
            context.Request.Method = "GET";
            context.Request.Scheme = "http";
            context.Request.Path = "/";
            context.Request.Protocol = "HTTP/1.1";
            context.Response.Body = Stream.Null;
            Assert.True(handler(context).IsCompletedSuccessfully);
            Assert.Equal(404, context.Response.StatusCode);
        }
    }
}
