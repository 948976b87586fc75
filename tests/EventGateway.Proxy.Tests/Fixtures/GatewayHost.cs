using System.Net;
using System.Net.Sockets;
using EventGateway.Core.Loading;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Telemetry;
using EventGateway.Proxy.Upstreams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>The real proxy on free loopback ports, without a log behind it.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SocketsHttpHandler _handler = new() { UseProxy = false, AllowAutoRedirect = false, UseCookies = false };

    private GatewayHost(WebApplication app, FakeGatewayState state)
    {
        _app = app;
        State = state;
        Publishers = [.. app.Services.GetServices<IImagePublisher>()];
        var ports = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(a => new Uri(a).Port).ToList();
        (HttpPort, HttpsPort, StatusPort) = (ports[0], ports[1], ports[2]);
        Client = new HttpClient(_handler) { BaseAddress = new Uri($"http://127.0.0.1:{HttpPort}"), Timeout = TimeSpan.FromSeconds(30) };
    }

    public int HttpPort { get; }

    public int HttpsPort { get; }

    public int StatusPort { get; }

    public FakeGatewayState State { get; }

    public IImagePublisher[] Publishers { get; }

    public RoutingTable Table => _app.Services.GetRequiredService<RoutingTable>();

    public UpstreamClients Clients => _app.Services.GetRequiredService<UpstreamClients>();

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<GatewayHost> StartAsync(Func<ProxyOptions, ProxyOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var state = new FakeGatewayState();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var options = new ProxyOptions { HttpPort = 0, HttpsPort = FreePort(), StatusPort = 0, Bind = IPAddress.Loopback };
        builder.Services.AddSingleton<IGatewayState>(state);
        services?.Invoke(builder.Services);
        builder.Services.AddGatewayProxy(configure?.Invoke(options) ?? options);
        var app = builder.Build();
        app.MapGatewayStatus();
        app.MapGateway();
        await app.StartAsync();
        return new GatewayHost(app, state);
    }

    public TestLog Log(string workspace = "shop") => new(workspace, Publishers);

    public async Task<HttpResponseMessage> GetAsync(string host, string path = "/")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };
        return await Client.SendAsync(request);
    }

    /// <summary>All metrics, as the status port shows them.</summary>
    public async Task<string> GetMetricsAsync()
    {
        using var response = await Client.GetAsync(new Uri($"http://127.0.0.1:{StatusPort}/metrics"));
        return await response.Content.ReadAsStringAsync();
    }

    public async Task<string> GetTextAsync(string host, string path = "/")
    {
        using var response = await GetAsync(host, path);
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>Stops as a process does that is asked to: requests are finished, the access log is written out.</summary>
    /// <param name="timeout">After that it cuts what is still there; null: long enough for all that ends by itself.</param>
    public async Task StopAsync(TimeSpan? timeout = null)
    {
        Client.Dispose();
        using var patience = new CancellationTokenSource(timeout ?? TimeSpan.FromSeconds(20));
        await _app.StopAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        // Short: tests leave requests open on purpose.
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
