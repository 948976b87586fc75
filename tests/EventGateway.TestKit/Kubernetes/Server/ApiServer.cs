using System.Net;
using EventGateway.TestKit.Kubernetes.Access;
using EventGateway.TestKit.Kubernetes.Faults;
using EventGateway.TestKit.Kubernetes.Kinds;
using EventGateway.TestKit.Kubernetes.Patching;
using EventGateway.TestKit.Kubernetes.Store;
using EventGateway.TestKit.Kubernetes.Writes;
using EventGateway.TestKit.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>
/// A Kubernetes API server in this process, on real sockets: the part of the API that the gateway uses, kept to what a real server does,
/// which one suite checks against both. It can be stopped and started again on the same port; what it holds stays.
/// </summary>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly ApiServerOptions _options;
    private readonly ObjectStore _store;
    private readonly Connections _connections = new();
    private readonly ServerCertificates? _certificates;
    private readonly ApiEndpoint _endpoint;
    private readonly Deletions _deletions;
    private readonly int _port = FreePorts.Take();
    private WebApplication? _listener;

    public ApiServer(ApiServerOptions? options = null)
    {
        _options = options ?? new ApiServerOptions();
        _store = new ObjectStore(_options.History);
        _certificates = _options.PlainHttp ? null : new ServerCertificates(TimeProvider.System);
        _deletions = new Deletions(_store, _options.Time);
        Faults = new ApiFaults(_options.Time);
        var writes = new ObjectWrites(_store, _deletions, new FieldOwners(_options.Time), _options.Time);
        var answers = new WriteAnswer(_store, writes, _deletions, new ObjectPatches(writes), new CustomKinds(_store, Kinds, _options.Time), Tokens);
        _endpoint = new ApiEndpoint(_store, Kinds, new RequestReader(Tokens, _certificates), Requests, Faults, new RoleAuthorization(_store), _options, answers);
        foreach (var name in new[] { "default", "kube-node-lease", "kube-public", "kube-system" })
        {
            writes.Create(new WriteRequest(ResourceKinds.Namespaces, "", "", "", "kube-apiserver", false, false), new() { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["name"] = name } });
        }
    }

    public Uri Address => new($"{(_options.PlainHttp ? "http" : "https")}://127.0.0.1:{_port}");

    public TokenTable Tokens { get; } = new();

    public KindTable Kinds { get; } = new();

    public RequestLog Requests { get; } = new();

    public ApiFaults Faults { get; }

    /// <summary>Null: it speaks plain HTTP.</summary>
    public ServerCertificates? Certificates => _certificates;

    public int OpenConnections => _connections.Count;

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(o =>
        {
            o.AddServerHeader = false;
            o.Limits.MinResponseDataRate = null;
            o.Limits.Http2.MaxStreamsPerConnection = 250;
            o.Listen(IPAddress.Loopback, _port, Configure);
        });
        var listener = builder.Build();
        listener.Run(_endpoint.HandleAsync);
        await listener.StartAsync();
        _listener = listener;
    }

    /// <summary>Refuses connections from now on and breaks those that are there. What it holds stays.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _listener, null) is { } listener)
        {
            var stopping = listener.StopAsync();
            _connections.BreakAll();
            await stopping;
            await listener.DisposeAsync();
        }
    }

    public void BreakConnections() => _connections.BreakAll();

    /// <summary>Forgets old changes: watches and continued lists that go on from before now are told 410.</summary>
    public void Compact() => _store.Compact();

    /// <summary>Sends a bookmark on each watch that allows it, now.</summary>
    public void SendBookmarks() => _store.SendBookmarks();

    /// <summary>Lets deleted namespaces stay Terminating, as where no controllers run; or lets them go.</summary>
    public void HoldNamespaces(bool hold) => _deletions.Hold(hold);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _certificates?.Dispose();
    }

    private void Configure(ListenOptions listen)
    {
        listen.Protocols = _certificates is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
        listen.Use(next => connection => _connections.RunAsync(connection, next));
        if (_certificates is not null)
        {
            listen.UseHttps(_certificates.Server, https =>
            {
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                // Whose it is, if anybody's, is told with 401 instead of a broken handshake.
                https.AllowAnyClientCertificate();
            });
        }
    }
}
