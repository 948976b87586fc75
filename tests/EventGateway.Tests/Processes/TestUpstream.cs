using System.Net;
using EventGateway.Echo;

namespace EventGateway.Tests.Processes;

/// <summary>An echo server in the test's process.</summary>
internal sealed class TestUpstream : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private TestUpstream(Func<CancellationToken, Task> run) => _running = run(_stop.Token);

    public int Port { get; private set; }

    public static async Task<TestUpstream> StartAsync()
    {
        var started = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var upstream = new TestUpstream(token => EchoServers.RunAsync(
            IPAddress.Loopback,
            [0],
            urls =>
            {
                started.SetResult(new Uri(urls.Single()).Port);
                return Task.CompletedTask;
            },
            token));
        upstream.Port = await started.Task;
        return upstream;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
