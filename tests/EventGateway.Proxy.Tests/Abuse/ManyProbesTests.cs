using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Telemetry;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Upstreams;
using EventGateway.Proxy.Upstreams.Health;
using EventGateway.TestKit.Processes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EventGateway.Proxy.Tests.Abuse;

/// <summary>A thousand backends that want to be probed, of which none answers: what runs, waits and is due stays within bounds, and ends with them.</summary>
public sealed class ManyProbesTests : IAsyncDisposable
{
    private const int Backends = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private static readonly ActiveCheck Check = new()
    {
        Type = HealthCheckType.Http,
        Path = "/",
        HealthyInterval = Interval,
        UnhealthyInterval = Interval,
        Timeout = TimeSpan.FromHours(1),
        Counts = new HealthCounts { HealthyStatuses = [200], UnhealthyStatuses = [500], Successes = 1, HttpFailures = 1, TcpFailures = 1, Timeouts = 1 },
    };

    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource _go = new();
    private readonly HealthWatch _watch;
    private readonly TestLog _log;
    private readonly CountingUpstream _upstream;

    public ManyProbesTests()
    {
        _watch = new HealthWatch(_time, new UpstreamMetrics(new ProxyMetrics(new ProxyOptions())), NullLogger<HealthWatch>.Instance);
        _log = new TestLog("shop", new RoutingTable(new UpstreamClients(), NullLogger.Instance, watch: _watch));
        _upstream = new CountingUpstream(async (stream, _, stop) =>
        {
            await stream.ReadAtLeastAsync(new byte[4096], 16, throwOnEndOfStream: false, stop);
            await _go.Task.WaitAsync(stop);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), stop);
        });
    }

    public async ValueTask DisposeAsync()
    {
        _watch.Dispose();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task Backends_Thousand_ProbesAreBoundedEachIsProbedAndNoneIsOnceItIsGone()
    {
        _log.Put([.. Enumerable.Range(0, Backends).SelectMany(i => (Entity[])
            [Config.Backend($"b{i}") with { Health = new HealthChecks { Active = Check } }, Config.Endpoints($"b{i}", _upstream.Port)])]);
        Assert.Equal(Backends, _watch.Scheduler.Count);

        // The first is due within an interval; whichever is due, none answers.
        _time.Advance(Interval);
        await Eventually.HoldsAsync(() => Task.FromResult(_upstream.Open == HealthWatch.MostProbes), "as many probes as may be", []);
        Assert.Equal((0, HealthWatch.MostProbes), (_watch.Scheduler.Count, _upstream.Most));

        _go.SetResult();
        await Eventually.HoldsAsync(() => Task.FromResult(_upstream.Accepted == Backends && _upstream.Open == 0), "each backend to be probed", []);
        await Eventually.HoldsAsync(() => Task.FromResult(_watch.Scheduler.Count == Backends), "one probe of each to be due", []);

        // Again and again: as many as intervals, and no more is due than there are endpoints.
        for (var i = 2; i <= 4; i++)
        {
            _time.Advance(1.2 * Interval);
            var atLeast = i * Backends;
            await Eventually.HoldsAsync(() => Task.FromResult(_upstream.Accepted >= atLeast && _watch.Scheduler.Count == Backends), $"round {i}", []);
        }

        _log.Remove([.. Enumerable.Range(0, Backends).Select(i => Config.BackendKey($"b{i}"))]);
        await Eventually.HoldsAsync(() => Task.FromResult(_upstream.Open == 0), "the last probes to be over", []);
        var accepted = _upstream.Accepted;
        for (var i = 0; i < 4; i++)
        {
            _time.Advance(Interval);
        }

        Assert.Equal((0, accepted), (_watch.Scheduler.Count, _upstream.Accepted));
    }

    [Fact]
    public void Backends_RemovedBeforeAnyProbe_NothingIsDueAfterAnInterval()
    {
        for (var i = 0; i < 50; i++)
        {
            _log.Put([.. Enumerable.Range(0, 20).SelectMany(b => (Entity[])
                [Config.Backend($"b{b}") with { Health = new HealthChecks { Active = Check } }, Config.Endpoints($"b{b}", _upstream.Port)])]);
            _log.Remove([.. Enumerable.Range(0, 20).Select(b => Config.BackendKey($"b{b}"))]);
        }

        _time.Advance(Interval);
        Assert.Equal((0, 0), (_watch.Scheduler.Count, _upstream.Accepted));
    }
}
