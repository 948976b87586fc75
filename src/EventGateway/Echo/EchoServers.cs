using System.Net;

namespace EventGateway.Echo;

/// <summary>Small upstreams for trying things out: each answers every request with a JSON description of it. Loopback only.</summary>
internal sealed class EchoServers(IReadOnlyList<int> ports) : IHostedService, IAsyncDisposable
{
    private WebApplication? _app;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (var port in ports)
            {
                kestrel.Listen(IPAddress.Loopback, port);
            }
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var answer = new EchoAnswer(
            context.Connection.LocalPort,
            request.Method,
            request.Path + request.QueryString.Value,
            request.Host.Value ?? "",
            request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.Ordinal));
        return context.Response.WriteAsJsonAsync(answer, EchoJsonContext.Default.EchoAnswer, cancellationToken: context.RequestAborted);
    }
}
