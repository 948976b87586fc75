using System.Runtime.CompilerServices;
using EventGateway.Core.Publishing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>A cluster as a source. Each watch has reflectors and a state of its own, and one reader.</summary>
internal sealed class ClusterSource(
    IOptions<ClusterSourceOptions> options, WatchTiming timing, WatchFeeds feeds, IEnumerable<IVerdictObserver> observers, TimeProvider time, ILogger<ClusterSource> logger) : IConfigSource
{
    public async IAsyncEnumerable<SourceState> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var connection = new ApiConnection(() => ClusterConnection.Load(options.Value.Kubeconfig), timing, time);
        await using var watch = new ClusterWatch(options.Value, connection, feeds, timing, [.. observers], time, logger);
        await foreach (var state in watch.RunAsync(cancellationToken))
        {
            yield return state;
        }
    }
}
