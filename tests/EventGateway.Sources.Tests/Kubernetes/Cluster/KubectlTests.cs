using System.Diagnostics;
using Xunit;

namespace EventGateway.Sources.Tests.Kubernetes.Cluster;

/// <summary>The client everybody has works with the kubeconfig that a cluster writes.</summary>
public sealed class KubectlTests : ClusterTests
{
    [Fact]
    public async Task Kubectl_WithTheWrittenKubeConfig_ReadsAndWrites()
    {
        var manifest = Path.Combine(Path.GetTempPath(), $"{Namespace}.json");
        await File.WriteAllTextAsync(manifest, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"key":"one"}}""", Cancellation);
        Assert.Contains("serverside-applied", await RunAsync("apply", "--server-side", "--validate=false", "-f", manifest), StringComparison.Ordinal);
        File.Delete(manifest);
        Assert.Equal("one", await RunAsync("get", "configmap", "a", "-o", "jsonpath={.data.key}"));
        Assert.Contains("labeled", await RunAsync("label", "configmap", "a", "team=x"), StringComparison.Ordinal);
        Assert.Equal("configmap/a", (await RunAsync("get", "cm", "-l", "team=x", "-o", "name")).Trim());
        Assert.Contains("deleted", await RunAsync("delete", "configmap", "a", "--wait=false"), StringComparison.Ordinal);
        Assert.Empty((await RunAsync("get", "cm", "-l", "team=x", "-o", "name")).Trim());
        await FailsAsync(System.Net.HttpStatusCode.NotFound, () => k8s.CoreV1OperationsExtensions.ReadNamespacedConfigMapAsync(Client.CoreV1, "a", Namespace, cancellationToken: Cancellation));
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("kubectl", ["--kubeconfig", Cluster.WriteKubeConfig(), "--namespace", Namespace, "--cache-dir", Path.Combine(Path.GetTempPath(), Namespace), .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no kubectl on the PATH.");
            throw;
        }

        using (process)
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(Cancellation), process.StandardError.ReadToEndAsync(Cancellation));
            await process.WaitForExitAsync(Cancellation);
            Assert.True(process.ExitCode == 0, $"kubectl {string.Join(' ', arguments)}: {await errors}");
            return await output;
        }
    }
}
