using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>The consumer of a tailer and what is assigned to it. Used by the tailer's thread only, but for asking for metadata.</summary>
/// <param name="enqueue">Runs something on the tailer's thread, soon.</param>
/// <param name="onFatal">Told, on the tailer's thread, when the client has failed for good.</param>
internal sealed class TailConsumer(
    KafkaLogOptions options, KafkaConnectionState connection, ILogger logger, Action<Action> enqueue, Action<string> onFatal)
{
    private static readonly TimeSpan PrimeTimeout = TimeSpan.FromSeconds(2);

    private readonly List<TailIntake> _unprimed = [];
    private Task _priming = Task.CompletedTask;
    private IConsumer<string, byte[]?>? _client;
    private ClientMetadata? _metadata;

    /// <summary>Whether there is a client; there is none before the first topic.</summary>
    public bool Exists => _client is not null;

    public ConsumeResult<string, byte[]?>? Consume(TimeSpan wait) => _client!.Consume(wait);

    /// <summary>Starts fetching a topic; at once if nothing else is fetched, else when its metadata is known.</summary>
    public void Add(TailIntake intake, bool isOnly)
    {
        // Without a client, as after a rebuild for sessions that had all ended, there is no fetch under way either, and nothing to prime.
        if (isOnly || _client is null)
        {
            Assign([intake]);
            return;
        }

        _unprimed.Add(intake);
        PrimeNext();
    }

    public void Remove(TailIntake intake)
    {
        intake.Removed = true;
        if (intake.Assigned)
        {
            _client?.IncrementalUnassign([intake.Session.Partition]);
        }
    }

    public void Pause(TailIntake intake)
    {
        _client!.Pause([intake.Session.Partition]);
        intake.Paused = true;
    }

    public void Resume(TailIntake intake)
    {
        _client?.Resume([intake.Session.Partition]);
        intake.Paused = false;
    }

    /// <summary>Throws the client away and goes on with a new one where each session is.</summary>
    public void Rebuild(IReadOnlyCollection<TailIntake> intakes)
    {
        if (_client is { } old)
        {
            // Leaving a wedged client can take long; and it must not be left while it is asked for metadata.
            _ = _metadata!.Left.ContinueWith(_ => old.Dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        _client = null;
        _unprimed.Clear();
        foreach (var intake in intakes)
        {
            intake.Assigned = false;
        }

        Assign([.. intakes.Where(i => i.Session.Ending is null)]);
    }

    public void Close()
    {
        _metadata?.Left.Wait();
        _client?.Dispose();
        _client = null;
    }

    // Without its metadata a topic added to a consumer at work waits for a timer of about a second. Asking takes as long as the fetch under way,
    // so it is done aside, for all topics that have come meanwhile at once.
    private void PrimeNext()
    {
        if (_client is null || _unprimed.Count == 0 || !_priming.IsCompleted)
        {
            return;
        }

        var intakes = _unprimed.ToArray();
        _unprimed.Clear();
        _priming = _metadata!.PrimeAsync([.. intakes.Select(i => i.Session.Topic.Topic)]);
        _ = _priming.ContinueWith(
            _ => enqueue(() => AssignPrimed(intakes)), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void AssignPrimed(TailIntake[] intakes)
    {
        // A rebuild meanwhile has assigned all there were.
        Assign([.. intakes.Where(i => i is { Assigned: false, Removed: false })]);
        PrimeNext();
    }

    private void Assign(List<TailIntake> intakes)
    {
        if (intakes.Count == 0)
        {
            return;
        }

        if (_client is null)
        {
            _client = connection.Build("reading logs", Build);
            _metadata = new ClientMetadata(_client.Handle, PrimeTimeout, logger);
        }

        _client.IncrementalAssign(intakes.Select(i => new TopicPartitionOffset(i.Session.Partition, i.Session.Position)));
        foreach (var intake in intakes)
        {
            (intake.Assigned, intake.Paused) = (true, false);
        }
    }

    private IConsumer<string, byte[]?> Build() =>
        new ConsumerBuilder<string, byte[]?>(KafkaClientSettings.Consumer(options))
            .SetKeyDeserializer(Deserializers.Utf8)
            .SetValueDeserializer(Deserializers.ByteArray!)
            .SetErrorHandler((_, e) =>
            {
                connection.Note(e);
                if (e.IsFatal)
                {
                    onFatal(e.Reason);
                }
            })
            .SetLogHandler((_, m) => logger.LibraryLine(m.Facility, m.Message))
            .Build();
}
