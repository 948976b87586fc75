using System.Collections.Immutable;
using System.Threading.Channels;
using EventGateway.Core.Image;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using EventGateway.Core.Sealing;
using EventGateway.Kafka;
using EventGateway.TestKit.Processes;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventGateway.EndToEnd.Tests.Fixtures;

/// <summary>
/// The writer of one log, in this process and with the product's own publisher, so that a test decides what is in each change set and knows
/// which commit it became.
/// </summary>
internal sealed class LogWriter : IConfigSource, IAsyncDisposable
{
    public static readonly LogName Log = new("direct", "shop");

    private readonly Channel<SourceState> _states = Channel.CreateUnbounded<SourceState>();
    private readonly KafkaConfigLogStore _store;
    private readonly OriginPublisher _publisher;
    private ImmutableDictionary<EntityKey, DesiredEntity> _entities = ImmutableDictionary<EntityKey, DesiredEntity>.Empty;
    private long _changes;

    public LogWriter(string servers, string prefix, KeyRing ring)
    {
        var options = new KafkaLogOptions { BootstrapServers = servers, Prefix = prefix, CreateTopics = true };
        _store = new KafkaConfigLogStore(options, NullLoggerFactory.Instance, TimeProvider.System);
        _publisher = new OriginPublisher(
            _store, this, new PublisherOptions { Origin = Log.Origin, MassRemovalPercent = 100, CoalesceWindow = TimeSpan.Zero }, TimeProvider.System, NullLoggerFactory.Instance, ring);
    }

    public Task StartAsync() => _publisher.StartAsync(CancellationToken.None);

    /// <summary>Appends one change set.</summary>
    /// <returns>Its commit, once the log has it.</returns>
    public async Task<long> ChangeAsync(IEnumerable<Entity> put, params IEnumerable<EntityKey> remove)
    {
        // Something always differs, so that every call is a commit.
        var marker = new Backend(EntityKey.Backend("shop", "marker", "80")) { EndpointsGroup = "shop/marker", Source = $"change {++_changes}" };
        _entities = _entities.RemoveRange(remove).SetItems(put.Append(marker).Select(e => KeyValuePair.Create(e.Key, new DesiredEntity(e, Provenance.None))));
        var expected = _changes;
        await _states.Writer.WriteAsync(new SourceState(new Dictionary<string, DesiredState> { [Log.Workspace] = new(_entities) }));
        await Eventually.HoldsAsync(
            () => Task.FromResult(Current() is { } status && status.Image.Backends.TryGet(marker.Key, out var found) && found.Entity.Source == marker.Source),
            $"change {expected} to be in the log", []);
        return Current()!.Image.Position.Commit;
    }

    public IAsyncEnumerable<SourceState> WatchAsync(CancellationToken cancellationToken) => _states.Reader.ReadAllAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _publisher.StopAsync(CancellationToken.None);
        _publisher.Dispose();
        await _store.DisposeAsync();
    }

    private PublisherStatus? Current() => _publisher.Statuses.SingleOrDefault(s => s.Log == Log);
}
