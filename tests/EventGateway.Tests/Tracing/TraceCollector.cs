using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using EventGateway.Tests.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventGateway.Tests.Tracing;

/// <summary>A collector that speaks both of OTLP's protocols on loopback and keeps what it gets. It can be told to refuse.</summary>
internal sealed class TraceCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private volatile bool _isRefusing;

    private TraceCollector(WebApplication app) => _app = app;

    /// <summary>http/protobuf.</summary>
    public Uri HttpAddress { get; private set; } = null!;

    public Uri GrpcAddress { get; private set; } = null!;

    public ConcurrentQueue<ReceivedSpan> Spans { get; } = new();

    /// <summary>Headers of the last request.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; private set; } = new Dictionary<string, string>();

    public bool IsRefusing
    {
        get => _isRefusing;
        set => _isRefusing = value;
    }

    public static async Task<TraceCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http1);
            k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        var collector = new TraceCollector(app);
        app.Run(collector.HandleAsync);
        await app.StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.ToList();
        (collector.HttpAddress, collector.GrpcAddress) = (new Uri(addresses[0]), new Uri(addresses[1]));
        return collector;
    }

    public Task<ReceivedSpan> SpanAsync(Func<ReceivedSpan, bool> isIt, GatewayProcess gateway) => GatewayProcess.EventuallyAsync(
        () => Spans.FirstOrDefault(isIt),
        () => $"the span did not come; there are\n{string.Join('\n', Spans)}\nand the gateway said\n{string.Join('\n', gateway.Error)}");

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var isGrpc = context.Request.Path == "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
        if (!isGrpc && context.Request.Path != "/v1/traces" || _isRefusing)
        {
            context.Response.StatusCode = _isRefusing ? 400 : 404;
            return;
        }

        var message = body.ToArray();
        if (isGrpc)
        {
            // One message: a byte that says «not compressed», its length, itself.
            Assert.Equal(0, message[0]);
            message = message[5..(5 + BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(1)))];
        }

        foreach (var span in OtlpReader.Spans(message))
        {
            Spans.Enqueue(span);
        }

        context.Response.ContentType = isGrpc ? "application/grpc" : "application/x-protobuf";
        if (isGrpc)
        {
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        }
    }
}
