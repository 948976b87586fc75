using System.Security.Cryptography.X509Certificates;
using EventGateway.TestKit.Kubernetes.Server;
using k8s;
using Xunit;

namespace EventGateway.TestKit.Kubernetes;

/// <summary>A cluster that somebody gave, by a kubeconfig whose user may do everything.</summary>
internal sealed class RealCluster : KubernetesCluster
{
    private readonly string _kubeConfig;
    private readonly KubernetesClientConfiguration _configuration;

    public RealCluster(string kubeConfig)
    {
        _kubeConfig = kubeConfig;
        _configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeConfig);
        Address = new Uri(_configuration.Host);
        AuthorityPem = _configuration.SslCaCerts is { Count: > 0 } authorities ? string.Concat(authorities.Select((X509Certificate2 a) => a.ExportCertificatePem() + "\n")) : null;
    }

    public override bool IsReal => true;

    public override Uri Address { get; }

    public override string? AuthorityPem { get; }

    public override ApiServer ApiDouble
    {
        get
        {
            Assert.Skip($"{Variable} names a real API server: what this test does to the server can only be done to the double.");
            throw new InvalidOperationException("not reached");
        }
    }

    protected override ClusterUser AdminUser => throw new InvalidOperationException("The given kubeconfig is the admin's.");

    public override string WriteKubeConfig(ClusterUser? user = null, string? tokenFile = null) => user is null && tokenFile is null ? _kubeConfig : base.WriteKubeConfig(user, tokenFile);
}
