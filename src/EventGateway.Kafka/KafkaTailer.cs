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
    private static readonly TimeSpan RebuildWait = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RoomWait = TimeSpan.FromMilliseconds(100);
    private static readonly IReadOnlyList<LogRecord> NoRecords = [];

    private readonly KafkaConnectionState _connection;
    private readonly ILogger _logger;
    private readonly TailConsumer _consumer;
    private readonly ConcurrentQueue<Action> _commands = new();

    // Not disposed of: a session may be left while the tailer is being closed.
    private readonly AutoResetEvent _wake = new(false);
    private readonly Dictionary<string, TailIntake> _intakes = new(StringComparer.Ordinal);
    private readonly List<TailIntake> _touched = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _rebuildReason;
    private string? _retryReason;
    private volatile bool _stopping;

    public KafkaTailer(KafkaLogOptions options, KafkaConnectionState connection, ILogger logger)
    {
        _connection = connection;
        _logger = logger;
        _consumer = new TailConsumer(options, connection, logger, Enqueue, reason => _rebuildReason = reason);
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
    }

    private void Enqueue(Action command)
    {
        _commands.Enqueue(command);
        _wake.Set();
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
            catch (LogUnavailableException e)
            {
                // No client could be made, which is told where it is made.
                _rebuildReason = _retryReason = e.Message;
                _wake.WaitOne(RebuildWait);
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

        _consumer.Close();
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
        _intakes.Add(session.Topic.Topic, intake);
        _consumer.Add(intake, isOnly: _intakes.Count == 1);
    }

    private void RemoveNow(TailSession session)
    {
        if (_intakes.TryGetValue(session.Topic.Topic, out var intake) && ReferenceEquals(intake.Session, session))
        {
            _intakes.Remove(session.Topic.Topic);
            _consumer.Remove(intake);
        }
    }

    private void RebuildNow(string reason)
    {
        _rebuildReason = null;
        if (!ReferenceEquals(reason, _retryReason))
        {
            _logger.RebuildingClient(reason);
        }

        _consumer.Rebuild(_intakes.Values);
    }

    private void Turn()
    {
        PutHeldBack();
        if (!_consumer.Exists)
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
            return _consumer.Consume(wait);
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
        _consumer.Pause(intake);
    }

    private void PutHeldBack()
    {
        foreach (var intake in _intakes.Values)
        {
            // Records are also held back by a session that was paused before the client was rebuilt.
            if ((intake.Paused || intake.Count > 0) && (!intake.HasChunk || intake.TryPut(NoRecords)) && intake.Paused)
            {
                _consumer.Resume(intake);
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
