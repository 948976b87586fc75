using System.Collections.Concurrent;
using Confluent.Kafka;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>
/// Reads any number of topics with one consumer on one thread of its own, and deals the records out to their sessions. Only that thread
/// touches the consumer. A session whose reader is slow is waited for shortly, then paused, so that it does not hold up the others.
/// </summary>
internal sealed class KafkaTailer : IAsyncDisposable
{
    private const int MaxChunkRecords = 4096;
    private const int MaxDrain = 16_384;
    private static readonly TimeSpan IdleWait = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PrimeTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RebuildWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RoomWait = TimeSpan.FromMilliseconds(100);
    private static readonly IReadOnlyList<LogRecord> NoRecords = [];

    private readonly KafkaLogOptions _options;
    private readonly KafkaConnectionState _connection;
    private readonly ILogger _logger;
    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly Dictionary<string, TailIntake> _intakes = new(StringComparer.Ordinal);
    private readonly List<TailIntake> _touched = [];
    private readonly List<TailIntake> _unprimed = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IConsumer<string, byte[]?>? _consumer;
    private Task _priming = Task.CompletedTask;
    private string? _rebuildReason;
    private volatile bool _stopping;

    public KafkaTailer(KafkaLogOptions options, KafkaConnectionState connection, ILogger logger)
    {
        _options = options;
        _connection = connection;
        _logger = logger;
        new Thread(Run) { IsBackground = true, Name = "kafka-tailer" }.Start();
    }

    /// <summary>Starts a session. Its topic must not be read by another session of this tailer.</summary>
    public void Add(TailSession session) => Enqueue(() => AddNow(session));

    /// <summary>Ends when the session gets nothing more and its topic can be added again.</summary>
    public Task RemoveAsync(TailSession session)
    {
        session.End(TailEnding.Closed);
        var removed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(() =>
        {
            try
            {
                RemoveNow(session);
            }
            finally
            {
                removed.TrySetResult();
            }
        });
        return Task.WhenAny(removed.Task, _stopped.Task);
    }

    /// <summary>Throws the consumer away and goes on with a new one where each session is.</summary>
    public void Rebuild(string reason) => Enqueue(() => _rebuildReason = reason);

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        _wake.Set();
        await _stopped.Task;
        _wake.Dispose();
    }

    private void Enqueue(Action command)
    {
        _commands.Enqueue(command);
        if (!_stopping)
        {
            _wake.Set();
        }
    }

    private void Run()
    {
        while (!_stopping)
        {
            try
            {
                RunCommands();
                if (_rebuildReason is { } reason)
                {
                    RebuildNow(reason);
                }

                Turn();
            }
            catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException)
            {
                // Building or assigning failed; a consumer that cannot even do that is of no use.
                _logger.ReaderFailed(e);
                _rebuildReason ??= e.Message;
                _wake.WaitOne(RebuildWait);
            }
        }

        foreach (var intake in _intakes.Values)
        {
            intake.Session.End(TailEnding.Closed);
        }

        _priming.Wait();
        _consumer?.Dispose();
        _consumer = null;
        RunCommands();
        _stopped.TrySetResult();
    }

    private void RunCommands()
    {
        while (_commands.TryDequeue(out var command))
        {
            command();
        }
    }

    private void AddNow(TailSession session)
    {
        if (_stopping)
        {
            session.End(TailEnding.Closed);
            return;
        }

        var intake = new TailIntake(session);
        var isFirst = _intakes.Count == 0;
        _intakes.Add(session.Topic.Topic, intake);
        if (isFirst)
        {
            Assign([intake]);
            return;
        }

        _unprimed.Add(intake);
        PrimeNext();
    }

    private void RemoveNow(TailSession session)
    {
        if (_intakes.TryGetValue(session.Topic.Topic, out var intake) && ReferenceEquals(intake.Session, session))
        {
            _intakes.Remove(session.Topic.Topic);
            if (intake.Assigned)
            {
                _consumer?.IncrementalUnassign([session.Partition]);
            }
        }
    }

    // Without its metadata a topic added to a consumer at work waits for a timer of about a second. Asking takes as long as the fetch under way,
    // so it is done aside, for all topics that have come meanwhile at once.
    private void PrimeNext()
    {
        if (_consumer is null || _unprimed.Count == 0 || !_priming.IsCompleted)
        {
            return;
        }

        var (consumer, intakes) = (_consumer, _unprimed.ToArray());
        _unprimed.Clear();
        _priming = Task.Run(() => ClientMetadata.Prime(consumer.Handle, [.. intakes.Select(i => i.Session.Topic.Topic)], PrimeTimeout, _logger));
        _priming.ContinueWith(_ => Enqueue(() => AssignPrimed(intakes)), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void AssignPrimed(IReadOnlyList<TailIntake> intakes)
    {
        // A rebuild meanwhile has assigned all there were.
        Assign([.. intakes.Where(i => !i.Assigned && ReferenceEquals(_intakes.GetValueOrDefault(i.Session.Topic.Topic), i))]);
        PrimeNext();
    }

    private void Assign(List<TailIntake> intakes)
    {
        if (intakes.Count == 0)
        {
            return;
        }

        _consumer ??= Build();
        _consumer.IncrementalAssign(intakes.Select(i => new TopicPartitionOffset(i.Session.Partition, i.Session.Position)));
        foreach (var intake in intakes)
        {
            (intake.Assigned, intake.Paused) = (true, false);
        }
    }

    private void RebuildNow(string reason)
    {
        _rebuildReason = null;
        _logger.RebuildingClient(reason);
        var old = _consumer;
        _consumer = null;
        if (old is not null)
        {
            // Leaving a wedged client can take long; and it must not be left while it is asked for metadata.
            _ = _priming.ContinueWith(_ => old.Dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        _unprimed.Clear();
        foreach (var intake in _intakes.Values)
        {
            intake.Assigned = false;
        }

        Assign([.. _intakes.Values.Where(i => i.Session.Ending is null)]);
    }

    private IConsumer<string, byte[]?> Build() =>
        new ConsumerBuilder<string, byte[]?>(KafkaClientSettings.Consumer(_options))
            .SetKeyDeserializer(Deserializers.Utf8)
            .SetValueDeserializer(Deserializers.ByteArray!)
            .SetErrorHandler((_, e) =>
            {
                _connection.Note(e);
                if (e.IsFatal)
                {
                    _rebuildReason = e.Reason;
                }
            })
            .SetLogHandler((_, m) => _logger.LibraryLine(m.Facility, m.Message))
            .Build();

    private void Turn()
    {
        PutHeldBack();
        if (_consumer is null)
        {
            _wake.WaitOne(IdleWait);
            return;
        }

        var result = Consume(IdleWait);
        for (var n = 0; result is not null && n < MaxDrain; n++)
        {
            Take(result);
            result = n + 1 < MaxDrain ? Consume(TimeSpan.Zero) : null;
        }

        foreach (var intake in _touched)
        {
            Put(intake);
        }

        _touched.Clear();
    }

    private ConsumeResult<string, byte[]?>? Consume(TimeSpan wait)
    {
        try
        {
            return _consumer!.Consume(wait);
        }
        catch (ConsumeException e)
        {
            OnError(e);
            return null;
        }
    }

    private void Take(ConsumeResult<string, byte[]?> result)
    {
        if (!_intakes.TryGetValue(result.Topic, out var intake) || intake.Session.Ending is not null)
        {
            return;
        }

        if (!intake.Touched)
        {
            intake.Touched = true;
            _touched.Add(intake);
        }

        if (result.IsPartitionEOF)
        {
            _connection.Answered();
            intake.SawEnd(result.Offset.Value);
            return;
        }

        intake.Take(result);
        if (intake.Count >= MaxChunkRecords)
        {
            Put(intake);
        }
    }

    private void Put(TailIntake intake)
    {
        intake.Touched = false;
        if (!intake.HasChunk || intake.TryPut(NoRecords) || intake.Paused || intake.Session.Ending is not null)
        {
            return;
        }

        // A reader that is merely slower than Kafka makes room soon; pausing would throw away what is fetched already.
        if (intake.Session.WaitForRoom(RoomWait) && intake.TryPut(NoRecords))
        {
            return;
        }

        _logger.ReaderBehind(intake.Session.Log, intake.Session.Topic.Topic, intake.Session.Position);
        _consumer!.Pause([intake.Session.Partition]);
        intake.Paused = true;
    }

    private void PutHeldBack()
    {
        foreach (var intake in _intakes.Values)
        {
            if (intake.Paused && (!intake.HasChunk || intake.TryPut(NoRecords)))
            {
                _consumer?.Resume([intake.Session.Partition]);
                intake.Paused = false;
            }
        }
    }

    private void OnError(ConsumeException e)
    {
        var code = e.Error.Code;
        var topic = e.ConsumerRecord?.Topic;
        if (e.Error.IsFatal)
        {
            _rebuildReason = e.Error.Reason;
        }
        else if (topic is not null && _intakes.TryGetValue(topic, out var intake) && KafkaFaults.IsPlaceGone(code))
        {
            intake.Session.End(TailEnding.Truncated);
        }
        else if (topic is not null && _intakes.TryGetValue(topic, out intake) && code == ErrorCode.TopicAuthorizationFailed)
        {
            intake.Session.End(TailEnding.Denied);
        }
        else
        {
            _logger.ClientError(code, e.Error.Reason);
            _connection.Doubt();
        }
    }
}
