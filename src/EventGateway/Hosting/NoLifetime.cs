namespace EventGateway.Hosting;

/// <summary>Leaves signals to <see cref="Commands.StopSignals"/>, which also knows the exit code.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
