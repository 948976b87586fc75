using EventGateway.Proxy.Pipeline;
using EventGateway.Settings;
using Microsoft.AspNetCore.Hosting.Server;

namespace EventGateway.Hosting;

/// <summary>
/// The end of a process that serves clients:
/// <code>
/// 1. not ready, and every answer sends its client elsewhere    at once
/// 2. requests are accepted still                               for the delay: load balancers notice
/// 3. nothing more is accepted, idle connections are closed     until nothing runs, at most for the timeout
/// 4. what still runs is cut
/// </code>
/// </summary>
internal sealed class TrafficDrain(DrainState state, DrainConnections connections, IServer server, DrainSettings settings, TimeProvider time, RoleLog log)
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(5);

    public async Task RunAsync()
    {
        log.Draining(settings.Delay.TotalSeconds, state.RequestsInFlight, connections.Open);
        if (settings.Delay > TimeSpan.Zero)
        {
            await Task.Delay(settings.Delay, time);
        }

        log.Finishing(settings.Timeout.TotalSeconds, state.RequestsInFlight, connections.Open);
        using var patience = new CancellationTokenSource(settings.Timeout, time);
        var stopping = server.StopAsync(patience.Token);

        // Registered last and so called first: before the server cuts them.
        await using var cut = patience.Token.Register(() => log.Cut(state.RequestsInFlight, connections.Open));
        while (await Task.WhenAny(stopping, Task.Delay(TellEvery, time)) != stopping)
        {
            log.Waiting(state.RequestsInFlight, connections.Open);
        }

        await stopping;
    }
}
