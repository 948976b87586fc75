using System.Threading.Channels;
using EventGateway.Core.Image;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>A source that wants what the test says.</summary>
internal sealed class ChannelSource : IConfigSource
{
    private readonly Channel<IReadOnlyDictionary<string, DesiredState>> _states = Channel.CreateUnbounded<IReadOnlyDictionary<string, DesiredState>>();

    public void Want(string workspace, params Entity[] entities) =>
        _states.Writer.TryWrite(new Dictionary<string, DesiredState> { [workspace] = DesiredState.Of(entities.Select(e => new DesiredEntity(e, Provenance.None))) });

    public IAsyncEnumerable<IReadOnlyDictionary<string, DesiredState>> WatchAsync(CancellationToken cancellationToken) => _states.Reader.ReadAllAsync(cancellationToken);
}
