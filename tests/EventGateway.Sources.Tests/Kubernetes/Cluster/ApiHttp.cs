using System.Net.Http.Headers;
using EventGateway.TestKit.Kubernetes;

namespace EventGateway.Sources.Tests.Kubernetes.Cluster;

/// <summary>Bare HTTP to a cluster's API server, with the rights of a user.</summary>
internal static class ApiHttp
{
    /// <param name="user">Null: one who may do everything.</param>
    public static HttpClient Open(KubernetesCluster cluster, ClusterUser? user = null)
    {
        var configuration = cluster.Configure(user);
        var client = new k8s.Kubernetes(configuration).HttpClient;
        client.BaseAddress = cluster.Address;
        if (configuration.AccessToken is { Length: > 0 } token)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return client;
    }
}
