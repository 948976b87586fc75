using System.Diagnostics;
using EventGateway.Core.Log;
using Xunit;

namespace EventGateway.TestKit.Logs;

/// <summary>
/// Reads one log in the background, as a proxy does, keeps what came and holds every batch against what <see cref="LogBatch"/>
/// promises. Waits are for a condition, with a deadline that says what was expected and what came.
/// </summary>
public sealed class LogCollector : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<LogBatch> _batches = [];
    private readonly List<LogRecord> _records = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly string _name;
    private readonly TimeSpan _deadline;
    private readonly Task _reading;
    private long _next;
    private TaskCompletionSource _changed = NewSignal();

    private LogCollector(IConfigLog log, long fromOffset, TimeSpan deadline)
    {
        _name = $"{log.Name} from offset {fromOffset}";
        _next = fromOffset;
        _deadline = deadline;
        _reading = Task.Run(() => ReadAsync(log, fromOffset));
    }

    /// <summary>Every batch that came, in order.</summary>
    public IReadOnlyList<LogBatch> Batches
    {
        get
        {
            lock (_gate)
            {
                return [.. _batches];
            }
        }
    }

    /// <summary>The records since the last reset, or since the start.</summary>
    public IReadOnlyList<LogRecord> Records
    {
        get
        {
            lock (_gate)
            {
                return [.. _records];
            }
        }
    }

    public bool ReachedEnd
    {
        get
        {
            lock (_gate)
            {
                return _batches is [.., { ReachedEnd: true }];
            }
        }
    }

    public static LogCollector Start(IConfigLog log, long fromOffset, TimeSpan deadline) => new(log, fromOffset, deadline);

    /// <summary>Waits until everything that was in the log when reading started has come.</summary>
    public Task WaitForEndAsync() => WaitAsync(c => c.ReachedEnd, "a batch with ReachedEnd");

    public Task WaitForRecordsAsync(int count) => WaitAsync(c => c.Records.Count >= count, $"{count} records");

    public Task WaitForKeyAsync(string key) => WaitAsync(c => c.Records.Any(r => r.Key == key), $"a record with the key '{key}'");

    public async Task WaitAsync(Func<LogCollector, bool> condition, string expected)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
            }

            if (condition(this))
            {
                return;
            }

            if (_reading.IsCompleted)
            {
                await _reading;
                Assert.Fail($"Reading {_name} ended by itself while waiting for {expected}. {Describe()}");
            }

            var left = _deadline - Stopwatch.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                Assert.Fail($"Reading {_name}: waited {_deadline} for {expected}. {Describe()}");
            }

            await Task.WhenAny(changed, _reading, Task.Delay(left, TimeProvider.System, CancellationToken.None));
        }
    }

    /// <summary>Cancels reading and waits for it to end; fails when it does not, or ends with anything but the cancellation.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _reading.WaitAsync(_deadline, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Reading {_name} was cancelled {_deadline} ago and still goes on. {Describe()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task ReadAsync(IConfigLog log, long fromOffset)
    {
        try
        {
            await foreach (var batch in log.ReadAsync(fromOffset, _stop.Token))
            {
                Keep(batch);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // A reader may end either way.
        }
    }

    private void Keep(LogBatch batch)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (batch.Reset != LogReset.None)
            {
                _records.Clear();
                _next = 0;
            }

            Check(batch, _batches.LastOrDefault());
            _batches.Add(batch);
            _records.AddRange(batch.Records);
            _next = batch.NextOffset;
            changed = _changed;
            _changed = NewSignal();
        }

        changed.SetResult();
    }

    private void Check(LogBatch batch, LogBatch? before)
    {
        var next = _next;
        foreach (var record in batch.Records)
        {
            Assert.True(record.Offset >= next, $"Reading {_name}: a record at {record.Offset} came, expected {next} or later");
            next = record.Offset + 1;
        }

        Assert.True(batch.NextOffset >= next, $"Reading {_name}: NextOffset is {batch.NextOffset}, but {next} is behind what came");
        if (before is null || batch.Reset != LogReset.None)
        {
            return;
        }

        Assert.True(batch.EndOffset == before.EndOffset, $"Reading {_name}: EndOffset went from {before.EndOffset} to {batch.EndOffset} without a reset");
        Assert.True(batch.ReachedEnd || !before.ReachedEnd, $"Reading {_name}: ReachedEnd went back to false without a reset");
        Assert.False(
            before.ReachedEnd && batch.Records.Any(r => r.Offset < batch.EndOffset),
            $"Reading {_name}: a record before EndOffset {batch.EndOffset} came after ReachedEnd");
    }

    private string Describe()
    {
        var batches = Batches;
        var records = Records;
        var last = batches.Count == 0 ? "none" : $"{{NextOffset {batches[^1].NextOffset}, EndOffset {batches[^1].EndOffset}, ReachedEnd {batches[^1].ReachedEnd}}}";
        var resets = string.Join(", ", batches.Where(b => b.Reset != LogReset.None).Select(b => b.Reset));
        return $"Came: {batches.Count} batches (last: {last}; resets: [{resets}]), {records.Count} records, the last of them: "
            + string.Join(", ", records.TakeLast(5).Select(r => $"{r.Key}@{r.Offset}"));
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
