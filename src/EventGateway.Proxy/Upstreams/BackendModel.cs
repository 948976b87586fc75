using EventGateway.Core.Model;
using EventGateway.Proxy.Upstreams.Health;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace EventGateway.Proxy.Upstreams;

/// <summary>
/// What one request needs to go to a backend, read once. YARP's pipeline takes cluster and transformer from the endpoint's metadata. There is
/// one endpoint per backend, not per route and backend: what a route asks for travels with the request.
/// </summary>
internal sealed class BackendModel
{
    // YARP reads a route's match nowhere behind its own routing.
    private static readonly Yarp.ReverseProxy.Configuration.RouteMatch AnyMatch = new() { Path = "/{**rest}" };

    private volatile EndpointPool _pool = EndpointPool.Empty;

    public BackendModel(EntityKey key, string id, ClusterState cluster, string pathPrefix, HttpTransformer transformer, BackendHealth health)
    {
        Key = key;
        Cluster = cluster;
        PathPrefix = pathPrefix;
        Health = health;
        var route = new RouteModel(new RouteConfig { RouteId = id, ClusterId = id, Match = AnyMatch }, cluster, transformer);
        Endpoint = new Endpoint(null, new EndpointMetadataCollection(route), id);
    }

    private BackendModel(BackendModel other, string pathPrefix)
    {
        Key = other.Key;
        Cluster = other.Cluster;
        Endpoint = other.Endpoint;
        PathPrefix = pathPrefix;
        Health = other.Health;
        _pool = other._pool;
    }

    public EntityKey Key { get; }

    public ClusterState Cluster { get; }

    public Endpoint Endpoint { get; }

    /// <summary>The endpoints that take requests now.</summary>
    public EndpointPool Pool
    {
        get => _pool;
        set => _pool = value;
    }

    /// <summary>Shared by all models of the backend.</summary>
    public BackendHealth Health { get; }

    /// <summary>Without a slash at its end; empty: none.</summary>
    public string PathPrefix { get; }

    public BackendModel With(string pathPrefix) => new(this, pathPrefix);
}
