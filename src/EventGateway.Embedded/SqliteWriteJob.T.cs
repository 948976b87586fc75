namespace EventGateway.Embedded;

/// <inheritdoc/>
internal sealed class SqliteWriteJob<T>(string what, Func<SqliteLogWrites, T> work, Action<T>? committed, CancellationToken cancellationToken)
    : SqliteWriteJob(what)
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _reason;
    private T? _result;

    public Task<T> Task => _completion.Task;

    public override void Run(SqliteLogWrites writes)
    {
        // Later it is too late: a cancellation never leaves it open whether something was written.
        cancellationToken.ThrowIfCancellationRequested();
        _result = work(writes);
    }

    public override void Reject(Exception reason) => _reason = reason;

    public override void Complete()
    {
        switch (_reason)
        {
            case null:
                committed?.Invoke(_result!);
                _completion.SetResult(_result!);
                break;
            case OperationCanceledException when cancellationToken.IsCancellationRequested:
                _completion.SetCanceled(cancellationToken);
                break;
            default:
                _completion.SetException(_reason);
                break;
        }
    }
}
