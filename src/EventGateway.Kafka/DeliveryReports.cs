using Confluent.Kafka;

namespace EventGateway.Kafka;

/// <summary>
/// Gathers the delivery reports of one change set. All must be in before the commit: a commit called earlier waits for them in slices of 10 ms.
/// </summary>
internal sealed class DeliveryReports(string configTopic)
{
    // Done runs what awaits it elsewhere: the reports come on the client's polling thread, which must not be held up.
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private int _open = 1;
    private Error? _error;

    /// <summary>Ends when every record sent has been reported, well or not.</summary>
    public Task Done => _done.Task;

    /// <summary>The first failure.</summary>
    public Error? Error
    {
        get
        {
            lock (_lock)
            {
                return _error;
            }
        }
    }

    /// <summary>Key of the record that failed first.</summary>
    public string? FailedKey { get; private set; }

    /// <summary>Offset of the last record of the config topic.</summary>
    public long LastOffset { get; private set; } = -1;

    public void Expect() => Interlocked.Increment(ref _open);

    public void OnReport(DeliveryReport<string, byte[]?> report)
    {
        if (report.Error.IsError)
        {
            Fail(report.Error, report.Message?.Key);
        }
        else if (string.Equals(report.Topic, configTopic, StringComparison.Ordinal))
        {
            lock (_lock)
            {
                LastOffset = Math.Max(LastOffset, report.Offset.Value);
            }
        }

        Close();
    }

    public void Fail(Error error, string? key)
    {
        lock (_lock)
        {
            if (_error is null)
            {
                (_error, FailedKey) = (error, key);
            }
        }
    }

    /// <summary>One report fewer to wait for; called once more when all have been sent.</summary>
    public void Close()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _done.TrySetResult();
        }
    }
}
