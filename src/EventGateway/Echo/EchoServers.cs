using System.Net;

namespace EventGateway.Echo;

/// <summary>Small upstreams for trying things out: each answers every request with a JSON description of it.</summary>
internal static class EchoServers
{
    public static async Task RunAsync(IPAddress? address, IReadOnlyCollection<int> ports, Func<IEnumerable<string>, Task> started, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            foreach (var port in ports)
            {
                if (address is null)
                {
                    kestrel.ListenAnyIP(port);
                }
                else
                {
                    kestrel.Listen(address, port);
                }
            }
        });

        await using var app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync(cancellationToken);
        await started(app.Urls);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        finally
        {
            await app.StopAsync(CancellationToken.None);
        }
    }

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
