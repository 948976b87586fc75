using System.Text;

namespace EventGateway.TestKit.Kubernetes;

/// <summary>kubeconfig files with one cluster, one user and one context.</summary>
internal static class KubeConfigText
{
    /// <param name="authority">PEM. Null: the system's, or none is needed.</param>
    /// <param name="tokenFile">Where the token stands instead, so that it can be changed under a running client. Null: in the file itself.</param>
    public static string Of(Uri server, string? authority, ClusterUser user, string? tokenFile)
    {
        var cluster = new StringBuilder($"    server: {server.GetLeftPart(UriPartial.Authority)}\n");
        if (authority is not null)
        {
            cluster.Append($"    certificate-authority-data: {Base64(authority)}\n");
        }

        var credentials = new StringBuilder();
        if (tokenFile is not null)
        {
            credentials.Append($"    tokenFile: {tokenFile}\n");
        }
        else if (user.Token is not null)
        {
            credentials.Append($"    token: {user.Token}\n");
        }

        if (user.Certificate is not null)
        {
            credentials.Append($"    client-certificate-data: {Base64(user.Certificate)}\n    client-key-data: {Base64(user.CertificateKey!)}\n");
        }

        return $"""
            apiVersion: v1
            kind: Config
            current-context: test
            clusters:
            - name: test
              cluster:
            {cluster}users:
            - name: test
              user:
            {credentials}contexts:
            - name: test
              context:
                cluster: test
                user: test

            """;
    }

    private static string Base64(string pem) => Convert.ToBase64String(Encoding.ASCII.GetBytes(pem));
}
