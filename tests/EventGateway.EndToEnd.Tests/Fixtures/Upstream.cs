using System.Net;
using System.Net.WebSockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventGateway.EndToEnd.Tests.Fixtures;

/// <summary>
/// A team's service: answers with its name; sends a WebSocket's messages back; sends each piece that comes in at <c>…/upload</c> on, at once, to who
/// reads <c>…/download</c>; lets who asks for <c>…/held</c> wait until it is released.
/// </summary>
internal sealed class Upstream : IAsyncDisposable
{
    private readonly Channel<byte[]> _pieces = Channel.CreateUnbounded<byte[]>();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WebApplication _app;
    private int _held;

    private Upstream(WebApplication app, string name)
    {
        _app = app;
        Name = name;
    }

    public string Name { get; }

    public int Port { get; private set; }

    /// <summary>How many have asked for <c>…/held</c>.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Answers those who wait, and from now on at once.</summary>
    public void Release() => _released.TrySetResult();

    public static async Task<Upstream> StartAsync(string name)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.UseWebSockets();
        var upstream = new Upstream(app, name);
        app.Run(upstream.AnswerAsync);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        upstream.Port = new Uri(address).Port;
        return upstream;
    }

    /// <summary>As a pod ends that is asked to: what it has begun is answered, then it is gone.</summary>
    public async Task StopAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10), TimeProvider.System);
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (context.WebSockets.IsWebSocketRequest)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await EchoAsync(socket, context.RequestAborted);
        }
        else if (path.EndsWith("/upload", StringComparison.Ordinal))
        {
            await TakeAsync(context);
        }
        else if (path.EndsWith("/download", StringComparison.Ordinal))
        {
            await GiveAsync(context);
        }
        else if (path.EndsWith("/held", StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _held);
            await _released.Task.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync(Name, context.RequestAborted);
        }
        else
        {
            await context.Response.WriteAsync(Name, context.RequestAborted);
        }
    }

    private static async Task EchoAsync(WebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[1024];
        while (true)
        {
            var message = await socket.ReceiveAsync(buffer, cancellationToken);
            if (message.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", cancellationToken);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, cancellationToken);
        }
    }

    private async Task TakeAsync(HttpContext context)
    {
        var buffer = new byte[1024];
        int count;
        while ((count = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
        {
            await _pieces.Writer.WriteAsync(buffer[..count], context.RequestAborted);
        }

        _pieces.Writer.Complete();
        await context.Response.WriteAsync("uploaded", context.RequestAborted);
    }

    private async Task GiveAsync(HttpContext context)
    {
        await context.Response.WriteAsync("begun", context.RequestAborted);
        await foreach (var piece in _pieces.Reader.ReadAllAsync(context.RequestAborted))
        {
            await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}
