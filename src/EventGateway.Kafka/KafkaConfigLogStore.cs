using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using EventGateway.Core.Acks;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>
/// Logs kept in a Kafka cluster, two topics each (<see cref="KafkaTopicNames"/>). All logs being read share one consumer and one thread; a
/// second reader of the same log gets a consumer of its own. Talks to Kafka only when a log is read, claimed or asked.
/// </summary>
public sealed class KafkaConfigLogStore : IConfigLogStore
{
    private readonly KafkaLogOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly KafkaConnectionState _connection;
    private readonly ConcurrentDictionary<LogName, KafkaConfigLog> _logs = new();
    private readonly List<(KafkaTailer Tailer, HashSet<string> Topics)> _tailers = [];
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _closed = new();
    private KafkaMonitor? _monitor;
    private KafkaAckLog? _acks;
    private bool _disposed;

    /// <exception cref="ArgumentException">The options cannot be used; the message lists all that is wrong.</exception>
    public KafkaConfigLogStore(KafkaLogOptions options, ILoggerFactory loggerFactory, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggerFactory);
        if (options.Validate() is { Count: > 0 } faults)
        {
            throw new ArgumentException(string.Join("; ", faults), nameof(options));
        }

        _options = options;
        _time = timeProvider;
        _logger = loggerFactory.CreateLogger<KafkaConfigLogStore>();
        _connection = new KafkaConnectionState(options, _logger);
        Names = new KafkaTopicNames(options.Prefix);
        Admin = new KafkaAdmin(options, _connection, timeProvider, _logger);
        Topics = new KafkaTopicAdministration(options, Admin, _logger, timeProvider);
    }

    /// <inheritdoc/>
    public string Source => "kafka";

    /// <inheritdoc/>
    public bool IsConnected => _connection.IsConnected;

    /// <inheritdoc/>
    public string? LastFault => _connection.LastFault;

    /// <summary>Plans, makes and checks topics.</summary>
    public KafkaTopicAdministration Topics { get; }

    /// <summary>How topics are named.</summary>
    public KafkaTopicNames Names { get; }

    /// <summary>Where proxies say what they serve.</summary>
    public IAckLog Acks => _acks ??= new KafkaAckLog(_options, Names, Admin, _connection, _time, _logger);

    internal KafkaAdmin Admin { get; }

    internal CancellationToken Closed => _closed.Token;

    /// <inheritdoc/>
    public IConfigLog Open(LogName name) =>
        _logs.GetOrAdd(name, static (n, store) => new KafkaConfigLog(n, store, store._options, store._connection, store._time, store._logger), this);

    /// <inheritdoc/>
    public async IAsyncEnumerable<IReadOnlySet<LogName>> WatchLogsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Closed);
        var watch = new LogDiscovery(Names, Admin.ListTopicsAsync, _logger);
        while (true)
        {
            if (await watch.LookAsync(linked.Token) is { } changed)
            {
                yield return changed;
            }

            await Task.Delay(_options.DiscoveryInterval, _time, linked.Token);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<KafkaTailer> tailers;
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            tailers = [.. _tailers.Select(t => t.Tailer)];
        }

        await _closed.CancelAsync();
        if (_monitor is not null)
        {
            await _monitor.DisposeAsync();
        }

        await Task.WhenAll(tailers.Select(t => t.DisposeAsync().AsTask()));
        if (_acks is not null)
        {
            await _acks.DisposeAsync();
        }

        Admin.Dispose();
        _closed.Dispose();
    }

    /// <summary>Starts a session on the first consumer that does not read its topic yet.</summary>
    internal KafkaTailer Tail(TailSession session)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _monitor ??= new KafkaMonitor(_options, Admin, _connection, _time, _logger);
            var (tailer, topics) = _tailers.Find(t => !t.Topics.Contains(session.Topic.Topic));
            if (tailer is null)
            {
                (tailer, topics) = (new KafkaTailer(_options, _connection, _logger), new HashSet<string>(StringComparer.Ordinal));
                _tailers.Add((tailer, topics));
            }

            topics.Add(session.Topic.Topic);
            tailer.Add(session);
            _monitor.Watch(session, tailer);
            return tailer;
        }
    }

    /// <summary>Throws all consumers away and goes on with new ones where each log is.</summary>
    internal void RebuildClients(string reason)
    {
        lock (_lock)
        {
            _tailers.ForEach(t => t.Tailer.Rebuild(reason));
        }
    }

    /// <summary>Ends a session; afterwards its topic can be read anew.</summary>
    internal async Task LeaveAsync(TailSession session, KafkaTailer tailer)
    {
        _monitor?.Forget(session);
        await tailer.RemoveAsync(session);
        lock (_lock)
        {
            _tailers.Find(t => ReferenceEquals(t.Tailer, tailer)).Topics?.Remove(session.Topic.Topic);
        }
    }
}
