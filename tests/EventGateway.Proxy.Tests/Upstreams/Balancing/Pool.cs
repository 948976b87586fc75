using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Proxy.Pipeline;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Upstreams;
using EventGateway.Proxy.Upstreams.Balancing;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace EventGateway.Proxy.Tests.Upstreams.Balancing;

/// <summary>Endpoints and pickers without a backend around them.</summary>
internal static class Pool
{
    private static readonly BackendModel Backend = new BackendState(new LogName("test", "shop"), Config.BackendKey("b"), new UpstreamClients()).Model;

    public static EndpointState Endpoint(string id, int weight = EndpointAddress.DefaultWeight) =>
        new(new DestinationState(id, new DestinationModel(new DestinationConfig { Address = $"http://{id}" }))) { Weight = weight };

    /// <summary>Named by their place, from 0 on.</summary>
    public static EndpointState[] OfWeights(params int[] weights) => [.. weights.Select((w, i) => Endpoint($"10.0.0.{i}:80", w))];

    public static EndpointState[] Equal(int count) => OfWeights([.. Enumerable.Repeat(EndpointAddress.DefaultWeight, count)]);

    public static GatewayRequest Request(EndpointState? tried = null)
    {
        var request = new GatewayRequest(default, Backend, EndpointPool.Empty, default);
        if (tried is not null)
        {
            request.Begin(tried);
        }

        return request;
    }

    public static IEndpointPicker Picker(
        LoadBalancing balancing, EndpointState[] usable, IEndpointPicker? previous = null, ConsistentHash? hash = null, StickyCookie? sticky = null, params EndpointState[] drained) =>
        EndpointPickers.Create(
            Config.Backend("b") with { LoadBalancing = balancing, Hash = hash ?? new ConsistentHash(new HashKey(HashSource.Path)), Sticky = sticky },
            usable, drained, previous, EndpointTokens.WithoutKey);

    public static ConsistentHashPicker Hashing(EndpointState[] usable, ConsistentHash hash, IEndpointPicker? previous = null) => new(hash, usable, previous);

    public static HttpContext Context(string path = "/") => new DefaultHttpContext { Request = { Path = path } };

    /// <summary>How often each is picked, by place, with nothing in flight.</summary>
    public static int[] Count(this IEndpointPicker picker, EndpointState[] endpoints, int picks, Func<int, HttpContext>? context = null)
    {
        var same = Context();
        var counts = new int[endpoints.Length];
        for (var i = 0; i < picks; i++)
        {
            counts[Array.IndexOf(endpoints, picker.Pick(context?.Invoke(i) ?? same, Request()))]++;
        }

        return counts;
    }

    /// <summary>Requests that begin and do not end.</summary>
    public static void Hold(this IEndpointPicker picker, int requests, string path = "/")
    {
        for (var i = 0; i < requests; i++)
        {
            picker.Pick(Context(path), Request())!.Begin();
        }
    }

    public static IEnumerable<int> InFlight(this EndpointState[] endpoints) => endpoints.Select(e => e.InFlight);
}
