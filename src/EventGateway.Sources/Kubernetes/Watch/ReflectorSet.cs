using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>The reflectors that run, grouped by the namespace they are for; "": for all. Used by one thread; each reflector has a task of its own.</summary>
internal sealed class ReflectorSet : IAsyncDisposable
{
    private const int MostUnread = 4096;

    private readonly ApiConnection _connection;
    private readonly KindDiscovery _discovery;
    private readonly WatchFeeds _feeds;
    private readonly WatchTiming _timing;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Dictionary<string, Dictionary<WatchScope, FollowedScope>> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<Reflector, FollowedScope> _byReflector = [];
    private readonly List<Task> _ending = [];

    // Whoever reads the API faster than the owner takes its news in has to wait.
    private readonly Channel<WatchNews> _news = Channel.CreateBounded<WatchNews>(new BoundedChannelOptions(MostUnread) { SingleReader = true });

    public ReflectorSet(ApiConnection connection, WatchFeeds feeds, WatchTiming timing, TimeProvider time, ILogger logger)
    {
        _connection = connection;
        _discovery = new KindDiscovery(connection, timing, time);
        _feeds = feeds;
        _timing = timing;
        _time = time;
        _logger = logger;
    }

    public ChannelReader<WatchNews> News => _news.Reader;

    public IEnumerable<FollowedScope> In(string group) => _groups.TryGetValue(group, out var scopes) ? scopes.Values : [];

    public FollowedScope? Find(string group, WatchScope scope) => _groups.TryGetValue(group, out var scopes) ? scopes.GetValueOrDefault(scope) : null;

    /// <summary>Null: it was stopped, and its news is none any more.</summary>
    public FollowedScope? Find(Reflector reflector) => _byReflector.GetValueOrDefault(reflector);

    /// <summary>Starts what is missing in a group and stops what is too much.</summary>
    /// <returns>The reflectors that were stopped.</returns>
    public IReadOnlyList<Reflector> Follow(string group, IReadOnlyCollection<WatchScope> wanted)
    {
        if (!_groups.TryGetValue(group, out var scopes))
        {
            if (wanted.Count == 0)
            {
                return [];
            }

            _groups.Add(group, scopes = []);
        }

        foreach (var scope in wanted.Where(s => !scopes.ContainsKey(s)))
        {
            scopes.Add(scope, Start(scope));
        }

        if (scopes.Count == wanted.Count)
        {
            return [];
        }

        var stopped = scopes.Where(s => !wanted.Contains(s.Key)).ToList();
        foreach (var (scope, followed) in stopped)
        {
            scopes.Remove(scope);
            _byReflector.Remove(followed.Reflector);
            _feeds.Remove(followed.Reflector);
            followed.Stop.Cancel();
            _ending.RemoveAll(t => t.IsCompleted);
            _ending.Add(followed.Running);
        }

        if (scopes.Count == 0)
        {
            _groups.Remove(group);
        }

        return stopped.ConvertAll(s => s.Value.Reflector);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var group in _groups.Keys.ToList())
        {
            Follow(group, []);
        }

        await Task.WhenAll(_ending);
        _discovery.Dispose();
    }

    private FollowedScope Start(WatchScope scope)
    {
        var reflector = new Reflector(scope, _connection, _discovery, _feeds.CountsOf(scope.Kind), _news.Writer, _timing, _time, _logger);
        var followed = new FollowedScope(reflector, new CancellationTokenSource());
        _byReflector.Add(reflector, followed);
        _feeds.Add(reflector);
        followed.Running = RunAsync(followed);
        return followed;
    }

    private async Task RunAsync(FollowedScope followed)
    {
        await Task.Yield();
        try
        {
            await followed.Reflector.RunAsync(followed.Stop.Token);
        }
        catch (OperationCanceledException) when (followed.Stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
#pragma warning disable CA1031 // A bug: the owner must not go on as if all were followed.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _news.Writer.TryComplete(e);
        }
        finally
        {
            followed.Stop.Dispose();
        }
    }
}
