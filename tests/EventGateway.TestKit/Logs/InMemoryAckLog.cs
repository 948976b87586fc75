using System.Runtime.CompilerServices;
using EventGateway.Core.Acks;
using EventGateway.Core.Log;

namespace EventGateway.TestKit.Logs;

/// <summary>An <see cref="IAckLog"/> without durability, that can be away for a while. Used from any thread.</summary>
public sealed class InMemoryAckLog : IAckLog
{
    private readonly Lock _lock = new();
    private readonly List<AckRecord> _records = [];
    private TaskCompletionSource _changed = NewSource();
    private bool _isAway;

    /// <summary>Everything that was ever written.</summary>
    public IReadOnlyList<AckRecord> Records
    {
        get
        {
            lock (_lock)
            {
                return [.. _records];
            }
        }
    }

    /// <summary>From now on reading and writing fail, until <see cref="ComeBack"/>.</summary>
    public void GoAway() => Change(() => _isAway = true);

    public void ComeBack() => Change(() => _isAway = false);

    public Task AppendAsync(IReadOnlyCollection<AckRecord> records, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_isAway)
            {
                return Task.FromException(new LogUnavailableException("the ack log is away"));
            }
        }

        Change(() => _records.AddRange(records));
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<AckBatch> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var next = 0; ;)
        {
            List<AckRecord> records;
            Task changed;
            lock (_lock)
            {
                if (_isAway)
                {
                    throw new LogUnavailableException("the ack log is away");
                }

                records = _records[next..];
                next = _records.Count;
                changed = _changed.Task;
            }

            yield return new AckBatch(records, true);
            await changed.WaitAsync(cancellationToken);
        }
    }

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            change();
            changed = _changed;
            _changed = NewSource();
        }

        changed.SetResult();
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
