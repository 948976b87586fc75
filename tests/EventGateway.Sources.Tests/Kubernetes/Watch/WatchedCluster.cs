using System.Collections.Immutable;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using EventGateway.Sources.Kubernetes.Watch;
using EventGateway.TestKit.Kubernetes;
using EventGateway.TestKit.Processes;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Watch;

/// <summary>A cluster that is being watched, with what the source says of it.</summary>
internal sealed class WatchedCluster : IAsyncDisposable
{
    public static readonly WatchTiming Quick = new()
    {
        ShortestRetry = TimeSpan.FromMilliseconds(40),
        LongestRetry = TimeSpan.FromMilliseconds(400),
        HealthyAfter = TimeSpan.FromSeconds(1),
        IdleLimit = TimeSpan.FromSeconds(5),
        AnswerLimit = TimeSpan.FromSeconds(5),
        ReloadInterval = TimeSpan.FromMilliseconds(50),
        DiscoveryInterval = TimeSpan.FromMilliseconds(100),
    };

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly ApiConnection _connection;
    private readonly ClusterWatch _watch;
    private readonly Task _running;
    private volatile SourceState? _state;
    private int _states;

    public WatchedCluster(KubernetesCluster cluster, ClusterSourceOptions options, ClusterUser? user = null, WatchTiming? timing = null, string? kubeconfig = null, Action<SourceState>? onState = null)
    {
        var path = kubeconfig ?? cluster.WriteKubeConfig(user);
        Feeds = new WatchFeeds(TimeProvider.System);
        _connection = new ApiConnection(() => ClusterConnection.Load(path), timing ?? Quick, TimeProvider.System);
        var logger = LoggerFactory.Create(b => b.AddProvider(Log)).CreateLogger("watch");
        _watch = new ClusterWatch(options, _connection, Feeds, timing ?? Quick, [], TimeProvider.System, logger);
        _running = Task.Run(async () =>
        {
            await foreach (var state in _watch.RunAsync(_stop.Token))
            {
                _state = state;
                Interlocked.Increment(ref _states);
                onState?.Invoke(state);
            }
        });
    }

    public RecordingLoggerProvider Log { get; } = new();

    public WatchFeeds Feeds { get; }

    /// <summary>Null: it has not said anything yet.</summary>
    public SourceState? State => _state;

    public int States => Volatile.Read(ref _states);

    public static ClusterSourceOptions Of(params string[] namespaces) => new() { Namespaces = namespaces };

    public IReadOnlyDictionary<EntityKey, DesiredEntity> Entities(string workspace) =>
        State?.Workspaces.GetValueOrDefault(workspace)?.Entities ?? ImmutableDictionary<EntityKey, DesiredEntity>.Empty;

    /// <summary>Names of the Ingresses whose first route is wanted.</summary>
    public string Routes(string workspace) => string.Join(' ', Entities(workspace).Values.Select(e => e.Entity).OfType<Route>().Select(r => r.Source).Distinct().Order(StringComparer.Ordinal));

    public Task UntilAsync(Func<WatchedCluster, bool> condition, string expected) => Eventually.BecomesAsync(
        () =>
        {
            if (_running.IsFaulted)
            {
                _running.GetAwaiter().GetResult();
            }

            return Task.FromResult<WatchedCluster?>(this);
        },
        condition, expected, [], TimeSpan.FromSeconds(45));

    public override string ToString() =>
        $"{States} states; "
        + string.Join("; ", State?.Workspaces.Select(w => $"{w.Key}: {string.Join(' ', w.Value.Entities.Keys.Select(k => k.Text).Order(StringComparer.Ordinal))}") ?? ["nothing"])
        + $"; left alone: {string.Join(' ', State?.LeftAlone ?? [])}; waiting: {string.Join(" | ", Feeds.Waiting)}; problems: {string.Join(" | ", Feeds.Feeds.SelectMany(f => f.Problems))}\n{Log}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _watch.DisposeAsync();
        _connection.Dispose();
        _stop.Dispose();
    }
}
