using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Upstreams.Balancing;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace EventGateway.Proxy.Upstreams;

/// <summary>
/// One backend for as long as the log or a route names it. Routes hold this object, so that nothing about a backend ever rebuilds a route.
/// A backend that is not there (yet) has no endpoints and answers 503.
/// </summary>
internal sealed class BackendState
{
    private readonly UpstreamClients _clients;
    private volatile BackendModel _model;
    private readonly Dictionary<string, EndpointState> _endpoints = new(StringComparer.Ordinal);
    private DestinationList _destinations = DestinationList.Empty;

    public BackendState(LogName log, EntityKey key, UpstreamClients clients)
    {
        Key = key;
        Id = $"{log}/{key}";
        _clients = clients.For(log);
        _model = NewModel(new Backend(key) { EndpointsGroup = "" });
    }

    public EntityKey Key { get; }

    /// <summary>The same key may stand in several logs; this does not.</summary>
    public string Id { get; }

    /// <summary>Null: a route names a backend that is not in the log.</summary>
    public Backend? Entity { get; private set; }

    public EndpointGroup? Group { get; set; }

    /// <summary>How many routes hold this object.</summary>
    public int Uses { get; set; }

    public BackendModel Model => _model;

    /// <summary>Whatever this throws, the state is as it was.</summary>
    /// <param name="entity">Null: the backend is gone; routes may still hold it.</param>
    public void SetEntity(Backend? entity)
    {
        var before = Entity;
        if (entity is null)
        {
            Entity = null;
            return;
        }

        // Addresses carry the scheme and the client speaks one version: old endpoints must never meet the new settings.
        if (entity.Protocol != (before?.Protocol ?? UpstreamProtocol.Http))
        {
            var next = NewModel(entity);
            SetDestinations(next, entity);
            _model = next;
            Entity = entity;
            return;
        }

        ClusterModelAccess.Set(_model.Cluster, NewClusterModel(entity));
        Entity = entity;
        var prefix = PrefixOf(entity);
        if (prefix != _model.PathPrefix)
        {
            _model = _model.With(prefix);
        }
    }

    /// <summary>Takes over the endpoints of the group, in O(endpoints of this backend).</summary>
    /// <param name="onlyIfAny">Whether to leave things as they are when no endpoint would be left for requests.</param>
    /// <returns>Whether it was done.</returns>
    public bool TryUpdateDestinations(bool onlyIfAny)
    {
        var destinations = DestinationList.Of(Entity, Group);
        if (onlyIfAny && destinations.Available == 0)
        {
            return false;
        }

        var before = _destinations;
        _destinations = destinations;
        SetDestinations(_model, Entity);
        foreach (var (id, _) in before.All.ExceptBy(_destinations.All.Select(d => d.Id), d => d.Id, StringComparer.Ordinal))
        {
            _model.Cluster.Destinations.TryRemove(id, out _);
            _endpoints.Remove(id);
        }

        return true;
    }

    private void SetDestinations(BackendModel model, Backend? entity)
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
            if (i < available.Length)
            {
                available[i] = _endpoints[id];
                available[i].Weight = weight;
            }
        }

        cluster.DestinationsState = new ClusterDestinationsState(all, available.Length == all.Length ? all : all[..available.Length]);
        model.Pool = available.Length == 0 ? EndpointPool.Empty : new EndpointPool(available, EndpointPickers.Create(entity, available, model.Pool.Picker));
    }

    private BackendModel NewModel(Backend entity) =>
        new(Key, Id, new ClusterState(Id, NewClusterModel(entity)), PrefixOf(entity), GatewayTransformer.Instance);

    private ClusterModel NewClusterModel(Backend entity) => new(
        new ClusterConfig { ClusterId = Id, HttpRequest = _clients.GetRequestConfig(entity) },
        _clients.Get(entity));

    private static string PrefixOf(Backend entity) => entity.PathPrefix.TrimEnd('/');
}
