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
    private DesiredState _desired = DesiredState.Empty;
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
        _desired = _desired.With(remove, put.Append(marker).Select(e => new DesiredEntity(e, Provenance.None)));
        await _states.Writer.WriteAsync(new SourceState(new Dictionary<string, DesiredState> { [Log.Workspace] = _desired }));
        await Eventually.BecomesAsync(() => Task.FromResult<string?>(LastChange()), now => now == marker.Source, $"{marker.Source} to be in the log", []);
        return Current()!.Image.Position.Commit;
    }

    public IAsyncEnumerable<SourceState> WatchAsync(CancellationToken cancellationToken) => _states.Reader.ReadAllAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _publisher.StopAsync(CancellationToken.None);
        _publisher.Dispose();
        await _store.DisposeAsync();
    }

    /// <summary>The last change that the log has; or why it does not get any further.</summary>
    private string LastChange()
    {
        if (_publisher.Failure.Exception is { } failure)
        {
            return $"the writer has ended: {failure.InnerException}";
        }

        var status = Current();
        return status?.Fault ?? (status is not null && status.Image.Backends.TryGet(EntityKey.Backend("shop", "marker", "80"), out var found) ? found.Entity.Source : "nothing");
    }

    private PublisherStatus? Current() => _publisher.Statuses.SingleOrDefault(s => s.Log == Log);
}
