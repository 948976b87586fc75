namespace EventGateway.Embedded;

/// <summary>Wakes whoever waits for the next change. Take <see cref="Next"/> before you look, wait for it after you found nothing.</summary>
internal sealed class SqliteSignal
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Next => Volatile.Read(ref _next).Task;

    public void Raise() =>
        Interlocked.Exchange(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
}
