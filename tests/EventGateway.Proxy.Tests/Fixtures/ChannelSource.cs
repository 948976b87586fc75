using System.Threading.Channels;
using EventGateway.Core.Image;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>A source that wants what the test says.</summary>
internal sealed class ChannelSource : IConfigSource
{
    private readonly Channel<SourceState> _states = Channel.CreateUnbounded<SourceState>();

    public void Want(string workspace, params Entity[] entities) =>
        _states.Writer.TryWrite(new SourceState(new Dictionary<string, DesiredState> { [workspace] = DesiredState.Of(entities.Select(e => new DesiredEntity(e, Provenance.None))) }));

    public IAsyncEnumerable<SourceState> WatchAsync(CancellationToken cancellationToken) => _states.Reader.ReadAllAsync(cancellationToken);
}
