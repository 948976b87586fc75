using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Telemetry;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Upstreams;
using EventGateway.Proxy.Upstreams.Health;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EventGateway.Proxy.Tests.Upstreams.Health;

/// <summary>A table with one backend, whose clock is the test's and whose endpoints nobody connects to.</summary>
internal sealed class HealthBench : IDisposable
{
    public HealthBench(int endpoints = 4, Func<Backend, Backend>? configure = null)
    {
        Watch = new HealthWatch(Time, new UpstreamMetrics(Metrics), NullLogger<HealthWatch>.Instance);
        Table = new RoutingTable(new UpstreamClients(), NullLogger.Instance, watch: Watch);
        Log = new TestLog("shop", Table);
        Log.Put(Config.Route("r", "x", "/"), configure?.Invoke(Config.Backend("echo")) ?? Config.Backend("echo"), Slice(endpoints));
    }

    public FakeTimeProvider Time { get; } = new();

    public ProxyMetrics Metrics { get; } = new(new ProxyOptions());

    public HealthWatch Watch { get; }

    public RoutingTable Table { get; }

    public TestLog Log { get; }

    public BackendModel Model => ModelOf("x");

    public BackendHealth Health => Model.Health;

    /// <summary>Last numbers of the addresses that take requests.</summary>
    public string Usable => string.Join(' ', Model.Pool.Usable.ToArray().Select(e => e.Id[7..^3]));

    public static Endpoints Slice(int count) => Config.Addresses("echo", 80, [.. Enumerable.Range(1, count).Select(i => new EndpointAddress($"10.0.0.{i}"))]);

    public BackendModel ModelOf(string host) =>
        Table.TryMatch(Tables.Request(host, "/"), out var hit) ? hit.Entry.Backends.Pick()!.Model : throw new InvalidOperationException("no route");

    /// <summary>An endpoint by the last number of its address, wherever health has put it.</summary>
    public EndpointState Endpoint(int number)
    {
        if (!_seen.TryGetValue(number, out var endpoint))
        {
            foreach (var usable in Model.Pool.Usable)
            {
                _seen[int.Parse(usable.Id.AsSpan()[7..^3], System.Globalization.CultureInfo.InvariantCulture)] = usable;
            }

            endpoint = _seen[number];
        }

        return endpoint;
    }

    public void Fail(int number, int times = 5, AttemptOutcome outcome = AttemptOutcome.NotConnected, int status = 0)
    {
        var endpoint = Endpoint(number);
        for (var i = 0; i < times; i++)
        {
            Health.OnOutcome(endpoint, outcome, status);
        }
    }

    public void Succeed(int number, int times = 1, int status = 200) => Fail(number, times, AttemptOutcome.Answered, status);

    public void Dispose() => Watch.Dispose();

    private readonly Dictionary<int, EndpointState> _seen = [];
}
