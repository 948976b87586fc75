using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>
/// Questions to Kafka that are not reading or writing. Every failure comes out as <see cref="LogUnavailableException"/> or
/// <see cref="LogRefusedException"/>. A client that keeps failing is replaced, as librdkafka can lose all its brokers for good.
/// </summary>
internal sealed class KafkaAdmin(KafkaLogOptions options, KafkaConnectionState connection, TimeProvider time, ILogger logger) : IDisposable
{
    private const int FailuresUntilReplaced = 3;

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, bool> _deniedTold = new(StringComparer.Ordinal);
    private SharedAdminClient? _client;
    private int _failures;
    private bool _disposed;

    /// <summary>The topics of these names that exist.</summary>
    public async Task<IReadOnlyDictionary<string, TopicState>> DescribeAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        var result = await AskAsync(
            "describing topics",
            async client =>
            {
                try
                {
                    var described = await client.DescribeTopicsAsync(
                        TopicCollection.OfTopicNames(topics), new DescribeTopicsOptions { RequestTimeout = options.RequestTimeout });
                    return described.TopicDescriptions;
                }
                catch (DescribeTopicsException e)
                {
                    return e.Results.TopicDescriptions;
                }
            },
            cancellationToken);

        var found = new Dictionary<string, TopicState>(StringComparer.Ordinal);
        foreach (var topic in result)
        {
            if (KafkaFaults.IsTopicMissing(topic.Error.Code))
            {
                continue;
            }

            ThrowIfDenied(topic.Error, $"describe topic {topic.Name}", $"DESCRIBE on topic {topic.Name}");
            if (topic.Error.IsError)
            {
                throw new LogUnavailableException($"topic {topic.Name} cannot be described: {KafkaFaults.Describe(topic.Error)}");
            }

            found[topic.Name] = new TopicState(
                topic.Name, topic.TopicId.ToString(), topic.Partitions.Count, topic.Partitions.Select(p => p.Replicas.Count).DefaultIfEmpty().Max());
        }

        return found;
    }

    public async Task<TopicState?> DescribeAsync(string topic, CancellationToken cancellationToken) =>
        (await DescribeAsync([topic], cancellationToken)).GetValueOrDefault(topic);

    /// <summary>Where partition 0 of each topic starts and ends; a topic that does not exist is left out.</summary>
    public async Task<IReadOnlyDictionary<string, TopicOffsets>> GetOffsetsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        // In this order: what is stable now cannot lie beyond an end asked for later.
        var earliest = await ListOffsetsAsync(topics, OffsetSpec.Earliest(), IsolationLevel.ReadUncommitted, cancellationToken);
        var stable = await ListOffsetsAsync(topics, OffsetSpec.Latest(), IsolationLevel.ReadCommitted, cancellationToken);
        var end = await ListOffsetsAsync(topics, OffsetSpec.Latest(), IsolationLevel.ReadUncommitted, cancellationToken);
        return topics.Where(t => earliest.ContainsKey(t) && stable.ContainsKey(t) && end.ContainsKey(t))
            .ToDictionary(t => t, t => new TopicOffsets(earliest[t], stable[t], end[t]), StringComparer.Ordinal);
    }

    /// <summary>The topic's settings; null when they may not be read, which is told once.</summary>
    public async Task<IReadOnlyDictionary<string, string>?> GetSettingsAsync(string topic, CancellationToken cancellationToken)
    {
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = topic };
        var (entries, error) = await AskAsync<(Dictionary<string, ConfigEntryResult>?, Error)>(
            $"reading the settings of topic {topic}",
            async client =>
            {
                try
                {
                    var results = await client.DescribeConfigsAsync([resource], new DescribeConfigsOptions { RequestTimeout = options.RequestTimeout });
                    return (results[0].Entries, new Error(ErrorCode.NoError));
                }
                catch (DescribeConfigsException e)
                {
                    return (null, e.Results[0].Error);
                }
            },
            cancellationToken);

        if (KafkaFaults.IsAccessDenied(error.Code))
        {
            if (_deniedTold.TryAdd(topic, true))
            {
                logger.SettingsDenied(topic);
            }

            return null;
        }

        return entries?.Where(e => e.Value.Value is not null).ToDictionary(e => e.Key, e => e.Value.Value, StringComparer.Ordinal)
            ?? throw new LogUnavailableException($"the settings of topic {topic} cannot be read: {KafkaFaults.Describe(error)}");
    }

    public async Task<int> CountBrokersAsync(CancellationToken cancellationToken)
    {
        var cluster = await AskAsync(
            "describing the cluster",
            client => client.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = options.RequestTimeout }),
            cancellationToken);
        return cluster.Nodes.Count;
    }

    /// <summary>All topics that may be seen; null when the answer came from a broker that knows no cluster (yet).</summary>
    public async Task<IReadOnlyList<string>?> ListTopicsAsync(CancellationToken cancellationToken)
    {
        var metadata = await AskAsync(
            "listing topics", client => Task.Run(() => client.GetMetadata(options.RequestTimeout), cancellationToken), cancellationToken);
        return metadata.Brokers.Count == 0 ? null : [.. metadata.Topics.Where(t => !KafkaFaults.IsTopicMissing(t.Error.Code)).Select(t => t.Topic)];
    }

    /// <summary>Makes a topic; false: somebody else was faster.</summary>
    public async Task<bool> CreateAsync(TopicSpecification topic, CancellationToken cancellationToken)
    {
        var error = await AskAsync(
            $"making topic {topic.Name}",
            async client =>
            {
                try
                {
                    await client.CreateTopicsAsync(
                        [topic], new CreateTopicsOptions { RequestTimeout = options.RequestTimeout, OperationTimeout = options.RequestTimeout });
                    return new Error(ErrorCode.NoError);
                }
                catch (CreateTopicsException e)
                {
                    return e.Results[0].Error;
                }
            },
            cancellationToken);

        ThrowIfDenied(error, $"make topic {topic.Name}", $"CREATE on topic {topic.Name} (or on the cluster)");
        return error.Code switch
        {
            ErrorCode.NoError => true,
            ErrorCode.TopicAlreadyExists => false,
            ErrorCode.InvalidReplicationFactor or ErrorCode.InvalidConfig or ErrorCode.PolicyViolation or ErrorCode.TopicException =>
                throw new LogRefusedException($"topic {topic.Name} cannot be made: {KafkaFaults.Describe(error)}; make it yourself, 'eventgateway topics plan' shows how"),
            _ => throw new LogUnavailableException($"topic {topic.Name} could not be made: {KafkaFaults.Describe(error)}"),
        };
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _client?.Retire();
            _client = null;
        }
    }

    private async Task<Dictionary<string, long>> ListOffsetsAsync(
        IReadOnlyCollection<string> topics, OffsetSpec spec, IsolationLevel isolation, CancellationToken cancellationToken)
    {
        var wanted = topics.Select(t => new TopicPartitionOffsetSpec { TopicPartition = new TopicPartition(t, 0), OffsetSpec = spec });
        var results = await AskAsync(
            "asking for offsets",
            async client =>
            {
                try
                {
                    var listed = await client.ListOffsetsAsync(
                        wanted, new ListOffsetsOptions { RequestTimeout = options.RequestTimeout, IsolationLevel = isolation });
                    return listed.ResultInfos;
                }
                catch (ListOffsetsException e)
                {
                    return e.Result.ResultInfos;
                }
            },
            cancellationToken);

        var offsets = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var result in results.Select(r => r.TopicPartitionOffsetError))
        {
            if (KafkaFaults.IsTopicMissing(result.Error.Code))
            {
                continue;
            }

            ThrowIfDenied(result.Error, $"ask topic {result.Topic} for its end", $"DESCRIBE on topic {result.Topic}");
            if (result.Error.IsError)
            {
                throw new LogUnavailableException($"the end of topic {result.Topic} is not known: {KafkaFaults.Describe(result.Error)}");
            }

            offsets[result.Topic] = result.Offset.Value;
        }

        return offsets;
    }

    private async Task<T> AskAsync<T>(string what, Func<IAdminClient, Task<T>> ask, CancellationToken cancellationToken)
    {
        var loginRefused = connection.LoginRefused;
        var client = EnterClient(what);
        try
        {
            // The extra second is for a client that does not keep its own deadline.
            var answer = AskAndLeaveAsync(client, ask).WaitAsync(options.RequestTimeout + TimeSpan.FromSeconds(1), time, cancellationToken);
            if (await Task.WhenAny(answer, loginRefused) != answer && !answer.IsCompleted)
            {
                _ = answer.ContinueWith(t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
                connection.Lost();
                throw connection.Unavailable(what);
            }

            var result = await answer;
            connection.Answered();
            Interlocked.Exchange(ref _failures, 0);
            return result;
        }
        catch (KafkaException e)
        {
            if (KafkaFaults.IsAccessDenied(e.Error.Code))
            {
                connection.Refused(e.Error);
            }

            ThrowIfDenied(e.Error, what, "DESCRIBE");
            Failed(client, e.Error);
            throw connection.Unavailable(what, e.Error, e);
        }
        catch (TimeoutException e)
        {
            Failed(client, new Error(ErrorCode.Local_TimedOut));
            throw connection.Unavailable(what, new Error(ErrorCode.Local_TimedOut), e);
        }
    }

    private static async Task<T> AskAndLeaveAsync<T>(SharedAdminClient client, Func<IAdminClient, Task<T>> ask)
    {
        try
        {
            return await ask(client.Client);
        }
        finally
        {
            // Not on the client's own callback thread, which disposing would wait for.
            await Task.Yield();
            client.Leave();
        }
    }

    private void Failed(SharedAdminClient client, Error error)
    {
        connection.Lost(error);
        if (Interlocked.Increment(ref _failures) % FailuresUntilReplaced != 0)
        {
            return;
        }

        lock (_lock)
        {
            if (!ReferenceEquals(client, _client))
            {
                return;
            }

            _client = null;
        }

        client.Retire();
    }

    private SharedAdminClient EnterClient(string what)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _client ??= new SharedAdminClient(connection.Build(what, BuildClient));
            _client.Enter();
            return _client;
        }
    }

    private IAdminClient BuildClient() => new AdminClientBuilder(KafkaClientSettings.Admin(options))
        .SetErrorHandler((_, e) => connection.Note(e))
        .SetLogHandler((_, m) => logger.LibraryLine(m.Facility, m.Message))
        .Build();

    private static void ThrowIfDenied(Error error, string what, string right)
    {
        if (KafkaFaults.IsAccessDenied(error.Code))
        {
            throw new LogRefusedException($"Kafka does not let this user {what}: {KafkaFaults.Describe(error)}; grant {right}");
        }
    }
}
