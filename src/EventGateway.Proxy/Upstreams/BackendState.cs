using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Upstreams.Balancing;
using EventGateway.Proxy.Upstreams.Health;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace EventGateway.Proxy.Upstreams;

/// <summary>
/// One backend for as long as the log or a route names it. Routes hold this object, so that nothing about a backend ever rebuilds a route.
/// A backend that is not there (yet) has no endpoints and answers 503. What is known of its endpoints is known once, for all routes. Owns a
/// lock: the config's writer changes entity and endpoints, requests and timers change the endpoints' health, and each of them makes the pool anew.
/// </summary>
internal sealed class BackendState
{
    private readonly Lock _lock = new();
    private readonly UpstreamClients _clients;
    private readonly EndpointTokens _tokens;
    private volatile BackendModel _model;
    // By names as YARP compares them.
    private readonly Dictionary<string, EndpointState> _endpoints = new(StringComparer.OrdinalIgnoreCase);
    private DestinationList _destinations = DestinationList.Empty;
    private EndpointState[] _available = [];

    // Only the config's writer knows of it.
    private NextEntity? _next;

    /// <param name="watch">Null: health that is seen by nobody, for tables that stand alone.</param>
    public BackendState(LogName log, EntityKey key, UpstreamClients clients, EndpointTokens? tokens = null, HealthWatch? watch = null)
    {
        Key = key;
        Id = $"{log}/{key}";
        _clients = clients.For(log);
        _tokens = tokens ?? EndpointTokens.WithoutKey;
        Health = new BackendHealth(log, Id, watch ?? new HealthWatch(), _lock, () => RenewPool_NeedsLock(_model!, Entity));
        _model = NewModel(new Backend(key) { EndpointsGroup = "" });
    }

    public EntityKey Key { get; }

    /// <summary>The same key may stand in several logs; this does not.</summary>
    public string Id { get; }

    /// <summary>Null: a route names a backend that is not in the log.</summary>
    public Backend? Entity { get; private set; }

    /// <summary>Whether the log has the backend, be it only as of the change set that is being applied.</summary>
    public bool IsInLog => (_next?.Entity ?? Entity) is not null;

    public EndpointGroup? Group { get; set; }

    /// <summary>How many routes hold this object.</summary>
    public int Uses { get; set; }

    public BackendHealth Health { get; }

    public BackendModel Model => _model;

    /// <summary>Makes ready what <see cref="TryUpdate"/> puts in place. Whatever this throws, the state is as it was.</summary>
    public void Prepare(Backend entity) => _next = new NextEntity(entity, NewClusterModel(entity));

    /// <summary>
    /// Puts the prepared entity, if there is one, and the endpoints of the group in place, in O(endpoints of this backend). Both at once: a request never
    /// goes to the endpoints of one change set by the settings of another.
    /// </summary>
    /// <param name="onlyIfAny">Whether to leave things as they are when no endpoint would be left for requests.</param>
    /// <returns>Whether it was done.</returns>
    public bool TryUpdate(bool onlyIfAny)
    {
        var entity = _next?.Entity ?? Entity;
        var destinations = DestinationList.Of(entity, Group);
        if (onlyIfAny && destinations.Available == 0 && Entity is not null)
        {
            return false;
        }

        lock (_lock)
        {
            Update_NeedsLock(_next, entity, destinations);
        }

        _next = null;
        return true;
    }

    /// <summary>The backend is gone; routes may still hold it.</summary>
    public void Clear()
    {
        _next = null;
        lock (_lock)
        {
            Health.SetBackend_NeedsLock(null);
            Update_NeedsLock(null, null, DestinationList.Empty);
        }
    }

    private void Update_NeedsLock(NextEntity? next, Backend? entity, DestinationList destinations)
    {
        var before = _destinations;
        var model = _model;
        if (next is not null)
        {
            model = ModelFor_NeedsLock(next);
            Health.SetBackend_NeedsLock(entity);
        }

        _destinations = destinations;
        SetDestinations_NeedsLock(model, entity);
        Entity = entity;
        _model = model;
        foreach (var (id, _) in before.All.ExceptBy(destinations.All.Select(d => d.Id), d => d.Id, StringComparer.OrdinalIgnoreCase))
        {
            model.Cluster.Destinations.TryRemove(id, out _);
            _endpoints.Remove(id);
        }
    }

    private BackendModel ModelFor_NeedsLock(NextEntity next)
    {
        // Addresses carry the scheme and the client speaks one version: old endpoints must never meet the new settings.
        var prefix = PrefixOf(next.Entity);
        if (next.Entity.Protocol != (Entity?.Protocol ?? UpstreamProtocol.Http))
        {
            return new BackendModel(Key, Id, new ClusterState(Id, next.Cluster), prefix, GatewayTransformer.Instance, Health);
        }

        ClusterModelAccess.Set(_model.Cluster, next.Cluster);
        return prefix == _model.PathPrefix ? _model : _model.With(prefix);
    }

    private void SetDestinations_NeedsLock(BackendModel model, Backend? entity)
    {
        var cluster = model.Cluster;
        var scheme = UpstreamClients.SchemeOf(entity?.Protocol ?? UpstreamProtocol.Http);
        var all = new DestinationState[_destinations.All.Length];
        var available = new EndpointState[_destinations.Available];
        for (var i = 0; i < all.Length; i++)
        {
            var (id, weight) = _destinations.All[i];
            if (!cluster.Destinations.TryGetValue(id, out var destination))
            {
                destination = new DestinationState(id, new DestinationModel(new DestinationConfig { Address = $"{scheme}://{id}" }));
                cluster.Destinations[id] = destination;
                _endpoints[id] = new EndpointState(destination);
            }

            all[i] = destination;
            _endpoints[id].Weight = weight;
            if (i < available.Length)
            {
                available[i] = _endpoints[id];
            }
        }

        cluster.DestinationsState = new ClusterDestinationsState(all, available.Length == all.Length ? all : all[..available.Length]);
        _available = available;
        RenewPool_NeedsLock(model, entity);
    }

    // Of what the config's writer let in health only leaves out: a flip in the middle of a change set shows no request what the change set holds back.
    private void RenewPool_NeedsLock(BackendModel model, Backend? entity)
    {
        var usable = Health.Select_NeedsLock(_available);
        model.Pool = usable.Length == 0 ? EndpointPool.Empty : new EndpointPool(usable, EndpointPickers.Create(entity, usable, Drained_NeedsLock(), model.Pool.Picker, _tokens));
    }

    private EndpointState[] Drained_NeedsLock()
    {
        var (all, _, idle, drained) = _destinations;
        return drained == 0 ? [] : [.. all.Skip(all.Length - idle).Take(drained).Select(d => _endpoints[d.Id])];
    }

    private BackendModel NewModel(Backend entity) =>
        new(Key, Id, new ClusterState(Id, NewClusterModel(entity)), PrefixOf(entity), GatewayTransformer.Instance, Health);

    private ClusterModel NewClusterModel(Backend entity) => new(
        new ClusterConfig { ClusterId = Id, HttpRequest = _clients.GetRequestConfig(entity) },
        _clients.Get(entity));

    private static string PrefixOf(Backend entity) => entity.PathPrefix.TrimEnd('/');

    private sealed record NextEntity(Backend Entity, ClusterModel Cluster);
}
