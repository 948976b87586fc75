using EventGateway.TestKit.Kubernetes.Access;
using EventGateway.TestKit.Kubernetes.Server;

namespace EventGateway.TestKit.Kubernetes;

/// <summary>A cluster whose API server is the double in this process.</summary>
internal sealed class DoubleCluster : KubernetesCluster
{
    private DoubleCluster(ApiServer server)
    {
        ApiDouble = server;
        AdminUser = new ClusterUser(ApiUser.Admin.Name) { Token = server.Tokens.Issue(ApiUser.Admin) };
        if (server.Certificates is { } certificates)
        {
            var (certificate, key) = certificates.IssueClient(ApiUser.Admin);
            AdminUser = AdminUser with { Token = null, Certificate = certificate, CertificateKey = key };
        }
    }

    public override bool IsReal => false;

    public override Uri Address => ApiDouble.Address;

    public override string? AuthorityPem => ApiDouble.Certificates?.AuthorityPem;

    public override ApiServer ApiDouble { get; }

    protected override ClusterUser AdminUser { get; }

    public static new async Task<DoubleCluster> StartAsync(ApiServerOptions? options)
    {
        var server = new ApiServer(options);
        await server.StartAsync();
        return new DoubleCluster(server);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await ApiDouble.DisposeAsync();
    }
}
