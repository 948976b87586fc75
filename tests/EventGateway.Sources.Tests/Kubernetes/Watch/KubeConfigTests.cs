using EventGateway.Sources.Kubernetes.Watch;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Watch;

public sealed class KubeConfigTests : IDisposable
{
    private const string Good = """
        apiVersion: v1
        kind: Config
        current-context: dev
        clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
        users: [{name: u, user: {token: abc}}]
        contexts: [{name: dev, context: {cluster: c, user: u}}]
        """;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Good_IsUsable() => Assert.Null(Check(Good));

    [Theory]
    [InlineData("current-context: dev", "", "kubeconfig '{0}': it has no current-context; choose one with: kubectl config use-context NAME --kubeconfig {0}")]
    [InlineData("current-context: dev", "current-context: prod", "kubeconfig '{0}', context 'prod': there is no such context in it; it has dev")]
    [InlineData("cluster: c, user", "cluster: d, user", "kubeconfig '{0}', context 'dev': its cluster 'd' is not in the file; it has c")]
    [InlineData("http://127.0.0.1:1", "not an address", "kubeconfig '{0}', context 'dev': the server 'not an address' of cluster 'c' is not an address; use for example https://10.0.0.1:6443")]
    [InlineData("user: u}", "user: v}", "kubeconfig '{0}', context 'dev': its user 'v' is not in the file, or has no credentials; it has u")]
    [InlineData("token: abc", "username: joe", "kubeconfig '{0}', context 'dev': user 'u' has no credentials that are understood; give it a client certificate with its key, a token or an exec plugin")]
    [InlineData("token: abc", "tokenFile: /no/such/token", "kubeconfig '{0}', context 'dev': the tokenFile '/no/such/token' of user 'u' is not there")]
    [InlineData("token: abc", "client-certificate: /no/such/cert, client-key: /no/such/key", "kubeconfig '{0}', context 'dev': the client-certificate '/no/such/cert' of user 'u' is not there")]
    [InlineData("token: abc", "exec: {apiVersion: client.authentication.k8s.io/v1}", "kubeconfig '{0}', context 'dev': the exec of user 'u' needs a command and an apiVersion")]
    public void Bad_NamesFileContextAndFix(string good, string bad, string expected)
    {
        var path = Write(Good.Replace(good, bad, StringComparison.Ordinal));
        Assert.Equal(string.Format(System.Globalization.CultureInfo.InvariantCulture, expected, path), ClusterConnection.WhyUnusable(path));
    }

    [Fact]
    public void Missing_IsTold() => Assert.Equal("there is no kubeconfig file '/no/such/file'", ClusterConnection.WhyUnusable("/no/such/file"));

    [Fact]
    public void NoYaml_IsTold()
    {
        var path = Write("a: [b");
        Assert.StartsWith($"the kubeconfig file '{path}' cannot be read: ", ClusterConnection.WhyUnusable(path), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string? Check(string text) => ClusterConnection.WhyUnusable(Write(text));

    private string Write(string text)
    {
        _folder.Write("kubeconfig", text);
        return _folder["kubeconfig"];
    }
}
