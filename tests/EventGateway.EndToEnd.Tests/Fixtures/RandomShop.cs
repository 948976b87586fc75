using System.Collections.Concurrent;
using System.Collections.Immutable;
using EventGateway.Core.Model;

namespace EventGateway.EndToEnd.Tests.Fixtures;

/// <summary>A config that changes at random, and what each of its versions allows as answers. One caller changes it, any number ask.</summary>
internal sealed class RandomShop
{
    public const int Hosts = 8;
    public const int Backends = 6;

    private readonly (string Name, int Port)[] _upstreams;
    private readonly Random _random;
    private readonly Dictionary<string, (string Backend, int Weight)[]> _routes = [];
    private readonly Dictionary<string, ImmutableHashSet<int>> _backends = [];

    // By version: host -> answers. Only appended to, by copy, so that readers need no lock.
    private volatile ImmutableList<ImmutableDictionary<string, ImmutableHashSet<string>>> _allowed;
    private volatile int _oldest;

    public RandomShop((string Name, int Port)[] upstreams, int seed)
    {
        _upstreams = upstreams;
        _random = new Random(seed);
        for (var i = 0; i < Backends; i++)
        {
            _backends[$"b{i}"] = [i];
        }

        for (var i = 0; i < Hosts; i++)
        {
            _routes[HostOf(i)] = [($"b{i % Backends}", 1)];
        }

        _allowed = [Answers()];
    }

    public ConcurrentDictionary<string, byte> SeenAnswers { get; } = new();

    /// <summary>The last version that is known to be served: no request that begins now may be answered by one before.</summary>
    public int Oldest => _oldest;

    /// <summary>The last version that may be served.</summary>
    public int Newest => _allowed.Count - 1;

    public IEnumerable<Entity> Entities =>
    [
        .. _backends.SelectMany(b => b.Value.Select(u => Shop.Slice(b.Key, _upstreams[u].Port)).Append<Entity>(Shop.Backend(b.Key))),
        .. _routes.Select(r => Shop.Route(NameOf(r.Key), r.Key, r.Value)),
    ];

    public static string HostOf(int index) => $"h{index}.example";

    /// <summary>Makes the next version.</summary>
    /// <returns>The change set that leads there.</returns>
    public (List<Entity> Put, List<EntityKey> Remove) Change()
    {
        List<Entity> put = [];
        List<EntityKey> remove = [];
        switch (_random.Next(5))
        {
            case 0:
                ChangeEndpoints(put, remove);
                break;
            case 1:
                RemoveRoute(remove);
                break;
            default:
                for (var i = _random.Next(1, 4); i > 0; i--)
                {
                    PutRoute(put, remove);
                }

                break;
        }

        _allowed = _allowed.Add(Answers());
        return (put, remove);
    }

    /// <summary>The newest version is served now, and none before it.</summary>
    public void Served() => _oldest = Newest;

    public bool Allows(string host, string answer, int from)
    {
        var allowed = _allowed;
        SeenAnswers.TryAdd(answer, 0);
        for (var version = allowed.Count - 1; version >= from; version--)
        {
            if (allowed[version][host].Contains(answer))
            {
                return true;
            }
        }

        return false;
    }

    private static string NameOf(string host) => host.Split('.')[0];

    private void ChangeEndpoints(List<Entity> put, List<EntityKey> remove)
    {
        var name = $"b{_random.Next(Backends)}";
        ImmutableHashSet<int> next = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => _random.Next(_upstreams.Length))];
        put.AddRange(next.Except(_backends[name]).Select(u => Shop.Slice(name, _upstreams[u].Port)));
        remove.AddRange(_backends[name].Except(next).Select(u => Shop.SliceKey(name, _upstreams[u].Port)));
        _backends[name] = next;
    }

    private void RemoveRoute(List<EntityKey> remove)
    {
        var host = HostOf(_random.Next(Hosts));
        if (_routes.Remove(host))
        {
            remove.Add(Shop.RouteKey(NameOf(host)));
        }
    }

    private void PutRoute(List<Entity> put, List<EntityKey> remove)
    {
        var host = HostOf(_random.Next(Hosts));
        (string, int)[] backends = [.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => ($"b{_random.Next(Backends)}", _random.Next(3)))];
        _routes[host] = backends;
        put.RemoveAll(e => e.Key == Shop.RouteKey(NameOf(host)));
        remove.Remove(Shop.RouteKey(NameOf(host)));
        put.Add(Shop.Route(NameOf(host), host, backends));
    }

    private ImmutableDictionary<string, ImmutableHashSet<string>> Answers() =>
        Enumerable.Range(0, Hosts).Select(HostOf).ToImmutableDictionary(h => h, h => _routes.TryGetValue(h, out var backends) ? AnswersOf(backends) : ["404"]);

    private ImmutableHashSet<string> AnswersOf((string Backend, int Weight)[] backends)
    {
        var chosen = backends.Where(b => b.Weight > 0).ToList();
        return chosen.Count == 0
            ? ["503"]
            : [.. chosen.SelectMany(b => _backends[b.Backend].IsEmpty ? ["503"] : _backends[b.Backend].Select(u => _upstreams[u].Name))];
    }
}
