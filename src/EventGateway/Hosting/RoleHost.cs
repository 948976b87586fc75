using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using EventGateway.Commands;
using EventGateway.Core.Publishing;
using EventGateway.Settings;

namespace EventGateway.Hosting;

/// <summary>
/// Runs a long-lived role: nothing is begun when a port is taken; the role runs until it is told to stop or cannot go on; then
/// requests in flight are finished and the log's writer is let go.
/// </summary>
internal static class RoleHost
{
    // Shorter than the 30 s that Kubernetes waits before it kills.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        string role, ProcessSettings process, IReadOnlyCollection<ListenAddress> addresses, Action<IServiceCollection> configure, Action<WebApplication> map,
        CommandConsole console, CancellationToken cancellationToken)
    {
        if (PortCheck.Faults(addresses) is { Count: > 0 } taken)
        {
            return PortCheck.Refuse(console.Error, taken);
        }

        await using var app = Build(process, configure, console);
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
            await app.StopAsync(CancellationToken.None);
        }

        log.Stopped(role);
        return ExitCodes.Done;
    }

    private static WebApplication Build(ProcessSettings process, Action<IServiceCollection> configure, CommandConsole console)
    {
        // The empty builder reads no appsettings.json and no ASPNETCORE_ variables: everything is set in one way only.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "eventgateway" });
        builder.WebHost.UseKestrel();
        builder.Logging.AddGatewayConsole(process);
        builder.Services.AddSingleton(console.Time);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = StopTimeout);
        configure(builder.Services);
        return builder.Build();
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
