using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Upstreams;
using Yarp.ReverseProxy.Model;

namespace EventGateway.Proxy.Tests.Upstreams;

public sealed class BackendTests
{
    private readonly RoutingTable _table = new();
    private readonly TestLog _log;

    public BackendTests()
    {
        _log = new TestLog("shop", _table);
        _log.Put(Config.Route("r", "x", "/"), Config.Backend("echo"));
    }

    [Fact]
    public void SetModel_OfThisYarp_IsThere()
    {
        var cluster = new ClusterState("c");
        var model = new ClusterModel(new() { ClusterId = "c" }, new HttpMessageInvoker(new SocketsHttpHandler()));
        ClusterModelAccess.Set(cluster, model);
        Assert.Same(model, cluster.Model);
    }

    [Fact]
    public void Available_ReadyOnly()
    {
        _log.Put(Config.Addresses("echo", 80,
            new("10.0.0.1"), new("10.0.0.2", Ready: false, Serving: false), new("10.0.0.3", Ready: false, Serving: true, Terminating: true), new("fd00::1"), new("pod.example")));
        Assert.Equal(["10.0.0.1:80", "[fd00::1]:80", "pod.example:80"], Available());
        Assert.Equal(["http://10.0.0.1:80", "http://[fd00::1]:80", "http://pod.example:80"], Cluster().DestinationsState.AvailableDestinations.Select(d => d.Model.Config.Address));
    }

    [Fact]
    public void Available_NoneReady_ThoseThatTerminateButServe()
    {
        _log.Put(Config.Addresses("echo", 80,
            new("10.0.0.1", Ready: false, Serving: true, Terminating: true), new("10.0.0.2", Ready: false, Serving: false, Terminating: true), new("10.0.0.3", Ready: false, Serving: false)));
        Assert.Equal(["10.0.0.1:80"], Available());
        _log.Put(Config.Addresses("echo", 80, new("10.0.0.1", Ready: false, Serving: true, Terminating: true), new("10.0.0.4")));
        Assert.Equal(["10.0.0.4:80"], Available());
    }

    [Fact]
    public void Available_SeveralEntitiesOfAGroup_AllWithoutDoubles()
    {
        _log.Put(
            Config.Addresses("echo", 80, new("10.0.0.1"), new EndpointAddress("10.0.0.2")),
            Config.Addresses("echo-2", 81, new("10.0.0.1"), new EndpointAddress("10.0.0.2")) with { Group = "ns/echo" },
            Config.Addresses("echo-3", 80, new("10.0.0.2"), new EndpointAddress("10.0.0.3")) with { Group = "ns/echo" },
            Config.Addresses("other", 80, new EndpointAddress("10.0.0.9")));
        Assert.Equal(["10.0.0.1:80", "10.0.0.2:80", "10.0.0.1:81", "10.0.0.2:81", "10.0.0.3:80"], Available());
        _log.Remove(EntityKey.Endpoints("ns", "echo"));
        Assert.Equal(["10.0.0.1:81", "10.0.0.2:81", "10.0.0.2:80", "10.0.0.3:80"], Available());
        _log.Put(Config.Addresses("echo-2", 81, new EndpointAddress("10.0.0.1")) with { Group = "ns/elsewhere" });
        Assert.Equal(["10.0.0.2:80", "10.0.0.3:80"], Available());
    }

    [Fact]
    public void Available_Port_ByNameOrDefault()
    {
        var slice = Config.Addresses("echo", 1, new EndpointAddress("10.0.0.1"));
        _log.Put(slice with { Ports = [new("web", 8080), new("admin", 9090)] }, Config.Backend("echo") with { PortName = "admin", DefaultPort = 5 });
        Assert.Equal(["10.0.0.1:9090"], Available());
        _log.Put(Config.Backend("echo") with { PortName = "none", DefaultPort = 5 });
        Assert.Empty(Available());
        _log.Put(slice with { Ports = [] });
        Assert.Equal(["10.0.0.1:5"], Available());
        _log.Put(Config.Backend("echo"));
        Assert.Empty(Available());
    }

    [Fact]
    public void Endpoints_Change_KeepsClusterAndThoseThatStay()
    {
        _log.Put(Config.Backend("other"), Config.Route("o", "other", "/", "other"), Config.Addresses("other", 80, new EndpointAddress("10.0.0.1")));
        _log.Put(Config.Addresses("echo", 80, new("10.0.0.1"), new EndpointAddress("10.0.0.2")));
        var cluster = Cluster();
        var endpoint = Model().Endpoint;
        var stays = cluster.Destinations["10.0.0.2:80"];
        var other = Cluster("other").DestinationsState;
        _log.Put(Config.Addresses("echo", 80, new("10.0.0.2"), new EndpointAddress("10.0.0.3")));
        Assert.Same(cluster, Cluster());
        Assert.Same(endpoint, Model().Endpoint);
        Assert.Same(stays, cluster.Destinations["10.0.0.2:80"]);
        Assert.Equal(["10.0.0.2:80", "10.0.0.3:80"], cluster.Destinations.Keys.Order());
        Assert.Same(other, Cluster("other").DestinationsState);
    }

    [Fact]
    public void Backend_SettingChanges_KeepsClusterAndDestinations()
    {
        _log.Put(Config.Addresses("echo", 80, new EndpointAddress("10.0.0.1")));
        var cluster = Cluster();
        var destination = cluster.Destinations.Values.Single();
        _log.Put(Config.Backend("echo") with { ReadTimeout = TimeSpan.FromSeconds(7), PathPrefix = "/p" });
        Assert.Same(cluster, Cluster());
        Assert.Same(destination, cluster.Destinations.Values.Single());
        Assert.Equal(TimeSpan.FromSeconds(7), cluster.Model.Config.HttpRequest!.ActivityTimeout);
        Assert.Equal("/p", Model().PathPrefix);
        _log.Put(Config.Backend("echo") with { Protocol = UpstreamProtocol.Https });
        Assert.NotSame(cluster, Cluster());
        Assert.Equal("https://10.0.0.1:80", Cluster().Destinations.Values.Single().Model.Config.Address);
        Assert.Equal("http://10.0.0.1:80", cluster.Destinations.Values.Single().Model.Config.Address);
    }

    [Fact]
    public void Backend_RemovedAndBack_SameStateForTheRoute()
    {
        _log.Put(Config.Addresses("echo", 80, new EndpointAddress("10.0.0.1")));
        _log.Remove(Config.BackendKey("echo"));
        Assert.Empty(Available());
        _log.Put(Config.Backend("echo") with { Protocol = UpstreamProtocol.Https });
        Assert.Equal("https://10.0.0.1:80", Cluster().DestinationsState.AvailableDestinations.Single().Model.Config.Address);
        _log.Remove(Config.BackendKey("echo"));
        _log.Put(Config.Backend("echo"));
        Assert.Equal("http://10.0.0.1:80", Cluster().DestinationsState.AvailableDestinations.Single().Model.Config.Address);
    }

    [Fact]
    public void Backend_SameKeyInTwoLogs_AreTwo()
    {
        var other = new TestLog(new LogName("other", "shop"), _table);
        other.Put(Config.Route("r2", "y", "/"), Config.Backend("echo"), Config.Addresses("echo", 80, new EndpointAddress("10.9.9.9")));
        _log.Put(Config.Addresses("echo", 80, new EndpointAddress("10.0.0.1")));
        Assert.Equal(["10.0.0.1:80"], Available());
        Assert.Equal(["10.9.9.9:80"], Cluster("y").DestinationsState.AvailableDestinations.Select(d => d.DestinationId));
    }

    [Fact]
    public void Backend_NotSound_KeepsThePreviousAndIsNamed()
    {
        _log.Put(Config.Addresses("echo", 80, new EndpointAddress("10.0.0.1")), Config.Backend("echo") with { PathPrefix = "/ok" });
        _log.Put(Config.Backend("echo") with { PathPrefix = "bad" }, Config.Addresses("echo", 80, new EndpointAddress("not an address")));
        Assert.Equal("/ok", Model().PathPrefix);
        Assert.Equal(["10.0.0.1:80"], Available());
        Assert.Equal(["backend/ns/echo/80", "endpoints/ns/echo"], _table.Refused(_log.Name).Select(r => r.Key));
        _log.Put(Config.Backend("echo"), Config.Addresses("echo", 80));
        Assert.Empty(_table.Refused(_log.Name));
        Assert.Empty(Available());
    }

    [Fact]
    public void Clients_SameSettings_AreShared()
    {
        var clients = new UpstreamClients();
        var backend = Config.Backend("a");
        Assert.Same(clients.Get(backend), clients.Get(Config.Backend("b") with { ReadTimeout = TimeSpan.FromSeconds(1), Protocol = UpstreamProtocol.Https }));
        Assert.NotSame(clients.Get(backend), clients.Get(backend with { ConnectTimeout = TimeSpan.FromSeconds(1) }));
        Assert.Same(clients.GetRequestConfig(backend), clients.GetRequestConfig(Config.Backend("b")));
    }

    [Fact]
    public void Choice_Weights_InProportion()
    {
        var clients = new UpstreamClients();
        var states = Enumerable.Range(0, 4).Select(i => new BackendState(_log.Name, Config.BackendKey($"b{i}"), clients)).ToArray();
        var choice = BackendChoice.From(states, [0, 3, 0, 1]);
        Assert.Equal([1, 1, 1, 3], Enumerable.Range(0, 4).Select(point => Array.IndexOf(states, choice.PickAt(point))));
        var counts = Enumerable.Range(0, 40_000).Select(_ => Array.IndexOf(states, choice.Pick())).CountBy(i => i).ToDictionary();
        Assert.Equal([1, 3], counts.Keys.Order());
        Assert.InRange(counts[1], 29_000, 31_000);
        Assert.Null(BackendChoice.From(states, [0, 0, 0, 0]).Pick());
        Assert.Null(BackendChoice.From([], []).Pick());
    }

    [Fact]
    public void Remove_Everything_NothingIsKept()
    {
        _log.Put(Config.Addresses("echo", 80, new EndpointAddress("10.0.0.1")), Config.Route("r", "x", "/", "unknown"));
        Assert.True(_table.TryMatch(Tables.Request("x", "/"), out var hit));
        var state = hit.Entry.Log;
        _log.Remove([.. _log.Image.Entries.Select(e => e.Entity.Key)]);
        Assert.Equal((0, 0, 0, 0), (state.Routes.Count, state.Backends.Count, state.Groups.Count, state.Endpoints.Count));
    }

    private IEnumerable<string> Available() => Cluster().DestinationsState.AvailableDestinations.Select(d => d.DestinationId);

    private ClusterState Cluster(string host = "x") => Model(host).Cluster;

    private BackendModel Model(string host = "x") => _table.TryMatch(Tables.Request(host, "/"), out var hit) ? hit.Entry.Backends.Pick()!.Model : throw new InvalidOperationException("no route");
}
