using System.Buffers;
using System.Net;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Telemetry;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Upstreams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace EventGateway.Proxy.Tests.Pipeline;

/// <summary>What a proxied request allocates, beside YARP's forwarder alone on the same request. Bytes, which a busy machine does not change.</summary>
public sealed class RequestCostTests : IAsyncDisposable
{
    private const int Requests = 500;

    private readonly HeldUpstream _upstream = new();
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"eventgateway-cost-{Guid.NewGuid():n}.log");
    private WebApplication? _app;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        _upstream.Dispose();
        File.Delete(_file);
    }

    [Theory]
    [InlineData(false, 870)]
    [InlineData(true, 1100)]
    public void Forward_OneRequest_AllocatesLittleMoreThanYarpsForwarder(bool withLog, int ceiling)
    {
        FillPool();
        var gateway = Build(withLog);
        var forwarder = _app!.Services.GetRequiredService<IHttpForwarder>();
        using var client = new HttpMessageInvoker(_upstream, disposeHandler: false);
        var alone = BytesPerRequest(context => forwarder.SendAsync(context, "http://10.0.0.1:8080", client, ForwarderRequestConfig.Empty, HttpTransformer.Default).AsTask());
        var ours = BytesPerRequest(gateway);
        Assert.True(ours - alone <= ceiling, $"A request through the gateway allocates {ours} bytes, YARP's forwarder alone {alone}: {ours - alone} more, of {ceiling} allowed");
    }

    // The log's lines lie in pooled pieces, and here nobody writes them and gives the pieces back.
    private static void FillPool()
    {
        var pieces = Enumerable.Range(0, 16).Select(_ => ArrayPool<byte>.Shared.Rent(64 * 1024)).ToList();
        pieces.ForEach(p => ArrayPool<byte>.Shared.Return(p));
    }

    private Func<HttpContext, Task> Build(bool withLog)
    {
        var options = new ProxyOptions { HttpPort = null, HttpsPort = null, StatusPort = null, AccessLog = withLog ? _file : "off", MetricsPerRoute = withLog };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IGatewayState>(new FakeGatewayState());
        builder.Services.AddSingleton(new UpstreamClients(_ => new HttpMessageInvoker(_upstream, disposeHandler: false)));
        builder.Services.AddGatewayProxy(options);
        _app = builder.Build();
        var services = _app.Services;
        var table = services.GetRequiredService<RoutingTable>();
        new TestLog("shop", table).Put(Config.Endpoints("echo", 8080), Config.Backend("echo"), Config.Route("r", "shop.example", "/"));
        var pipeline = new ApplicationBuilder(services);
        pipeline.MapGateway();
        return pipeline.Build().Invoke;
    }

    private long BytesPerRequest(Func<HttpContext, Task> handle)
    {
        var bytes = 0L;
        for (var round = 0; round < 3; round++)
        {
            bytes = 0;
            for (var i = 0; i < Requests; i++)
            {
                var context = NewContext();
                var before = GC.GetAllocatedBytesForCurrentThread();
                var handling = handle(context);
                _upstream.Answer();
                bytes += GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.True(handling.IsCompletedSuccessfully, $"The request did not end on this thread: {handling.Status}");
                Assert.Equal(200, context.Response.StatusCode);
            }
        }

        return bytes / Requests;
    }

    private static DefaultHttpContext NewContext()
    {
        var context = new DefaultHttpContext();
        var request = context.Features.GetRequiredFeature<IHttpRequestFeature>();
        (request.Protocol, request.Scheme, request.Method) = ("HTTP/1.1", "http", "GET");
        (request.RawTarget, request.Path, request.QueryString) = ("/a/b?c=d", "/a/b", "?c=d");
        request.Headers.Host = "shop.example";
        request.Headers.UserAgent = "test";
        request.Headers.Accept = "*/*";
        context.Connection.RemoteIpAddress = IPAddress.Loopback;
        context.Response.Body = Stream.Null;
        _ = context.RequestAborted;
        return context;
    }
}
