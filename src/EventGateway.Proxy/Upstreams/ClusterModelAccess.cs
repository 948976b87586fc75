using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Model;

namespace EventGateway.Proxy.Upstreams;

/// <summary>
/// YARP swaps a cluster's settings through a setter it keeps to itself. A new cluster in its place would lose the counters of the endpoints
/// that stay. A test fails when a YARP version does not have the setter.
/// </summary>
internal static class ClusterModelAccess
{
    public static void Set(ClusterState cluster, ClusterModel model) => SetModel(cluster, model);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_Model")]
    private static extern void SetModel(ClusterState cluster, ClusterModel model);
}
