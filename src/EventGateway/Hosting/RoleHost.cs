using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using EventGateway.Commands;
using EventGateway.Core.Publishing;
using EventGateway.Proxy.Pipeline;
using EventGateway.Settings;
using Microsoft.AspNetCore.Hosting.Server;

namespace EventGateway.Hosting;

/// <summary>
/// Runs a long-lived role: nothing is begun when a port is taken; the role runs until it is told to stop or cannot go on; then
/// traffic is drained, where there is any, and the log's writer is let go.
/// </summary>
internal static class RoleHost
{
    // Shorter than the 30 s that Kubernetes waits before it kills; with traffic, together with the drain's defaults.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StopTimeoutAfterDrain = TimeSpan.FromSeconds(4);

    /// <param name="drain">Null: the role has no traffic, and stops at once.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        string role, ProcessSettings process, IReadOnlyCollection<ListenAddress> addresses, Action<IServiceCollection> configure, Action<WebApplication> map,
        DrainSettings? drain, CommandConsole console, CancellationToken cancellationToken)
    {
        if (PortCheck.Faults(addresses) is { Count: > 0 } taken)
        {
            return PortCheck.Refuse(console.Error, taken);
        }

        await using var app = Build(process, configure, console, drain is null ? StopTimeout : StopTimeoutAfterDrain);
        map(app);
        var log = new RoleLog(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RoleHost).FullName!));
        log.Starting(role, ProductVersion.Text);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException && PortCheck.Faults(addresses) is { Count: > 0 } takenMeanwhile)
        {
            return PortCheck.Refuse(console.Error, takenMeanwhile);
        }

        log.Listening(role, string.Join(", ", app.Urls));
        try
        {
            await WaitAsync(app, cancellationToken);
        }
        finally
        {
            log.Stopping(role);
            await DrainAsync(app, drain, console.Time, log);
            await app.StopAsync(CancellationToken.None);
        }

        log.Stopped(role);
        return ExitCodes.Done;
    }

    private static WebApplication Build(ProcessSettings process, Action<IServiceCollection> configure, CommandConsole console, TimeSpan stopTimeout)
    {
        // The empty builder reads no appsettings.json and no ASPNETCORE_ variables: everything is set in one way only.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "eventgateway" });
        builder.WebHost.UseKestrel();
        builder.Logging.AddGatewayConsole(process);
        builder.Services.AddSingleton(console.Time);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = stopTimeout);
        configure(builder.Services);
        return builder.Build();
    }

    private static async Task DrainAsync(WebApplication app, DrainSettings? settings, TimeProvider time, RoleLog log)
    {
        var state = app.Services.GetRequiredService<DrainState>();
        state.Begin();
        if (settings is not null)
        {
            var connections = app.Services.GetRequiredService<DrainConnections>();
            await new TrafficDrain(state, connections, app.Services.GetRequiredService<IServer>(), settings, time, log).RunAsync();
        }
    }

    /// <exception cref="Core.Log.LogFencedException">Somebody else writes one of the role's logs.</exception>
    private static async Task WaitAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var asked = cancellationToken.Register(() => stopping.TrySetResult());
        await using var host = app.Lifetime.ApplicationStopping.Register(() => stopping.TrySetResult());
        var failure = app.Services.GetService<OriginPublisher>()?.Failure ?? stopping.Task;
        await await Task.WhenAny(stopping.Task, failure);

        // The host stops itself when a service of it ends with an exception, and keeps that to itself.
        var fault = app.Services.GetServices<IHostedService>().OfType<BackgroundService>().Select(s => s.ExecuteTask?.Exception).FirstOrDefault(e => e is not null);
        if (fault is not null && !cancellationToken.IsCancellationRequested)
        {
            ExceptionDispatchInfo.Throw(fault.InnerException ?? fault);
        }
    }
}
