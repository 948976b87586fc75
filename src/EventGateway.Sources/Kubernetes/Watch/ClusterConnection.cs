using k8s;
using k8s.Authentication;
using k8s.Exceptions;
using YamlDotNet.Core;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>
/// How the API server is reached: by a kubeconfig file that is named; else as a pod, by its service account; else by <c>KUBECONFIG</c> or
/// <c>~/.kube/config</c>, as kubectl does.
/// </summary>
public static class ClusterConnection
{
    private const string Variable = "KUBECONFIG";

    /// <summary>What is wrong with the connection as it is described, without using it; null: nothing.</summary>
    /// <param name="kubeconfig">Null: none is named.</param>
    public static string? WhyUnusable(string? kubeconfig)
    {
        var file = FileOf(kubeconfig);
        if (file is null)
        {
            return KubernetesClientConfiguration.IsInCluster()
                ? null
                : "there is no cluster to read from: this is no pod with a service account's token, KUBECONFIG is not set and ~/.kube/config is not there; name a file with --kubeconfig";
        }

        try
        {
            return File.Exists(file) ? KubeConfigCheck.WhyUnusable(file, KubernetesClientConfiguration.LoadKubeConfig(file), KubeConfigTokenFiles.Read(file)) : $"there is no kubeconfig file '{file}'";
        }
        catch (Exception e) when (e is YamlException or KubeConfigException or IOException or UnauthorizedAccessException or InvalidCastException or NullReferenceException)
        {
            return $"the kubeconfig file '{file}' cannot be read: {(e as YamlException)?.InnerException?.Message ?? e.Message}";
        }
    }

    /// <summary>Reads everything anew: tokens, certificates and files may have been replaced.</summary>
    /// <exception cref="KubeConfigException">Something is missing, or a credential plugin failed.</exception>
    internal static KubernetesClientConfiguration Load(string? kubeconfig)
    {
        var file = FileOf(kubeconfig);
        if (file is null)
        {
            return KubernetesClientConfiguration.InClusterConfig();
        }

        if (WhyUnusable(kubeconfig) is { } fault)
        {
            throw new KubeConfigException(fault);
        }

        var config = KubernetesClientConfiguration.LoadKubeConfig(file);
        var user = config.Contexts.First(c => string.Equals(c.Name, config.CurrentContext, StringComparison.OrdinalIgnoreCase)).ContextDetails.User;
        if (string.IsNullOrEmpty(user) || !KubeConfigTokenFiles.Read(file).TryGetValue(user, out var tokenFile))
        {
            return KubernetesClientConfiguration.BuildConfigFromConfigObject(config);
        }

        config.Users.First(u => string.Equals(u.Name, user, StringComparison.OrdinalIgnoreCase)).UserCredentials.Token = File.ReadAllText(tokenFile).Trim();
        var built = KubernetesClientConfiguration.BuildConfigFromConfigObject(config);
        built.TokenProvider = new TokenFileAuth(tokenFile);
        return built;
    }

    /// <summary>Null: a pod's own credentials.</summary>
    private static string? FileOf(string? kubeconfig)
    {
        if (!string.IsNullOrEmpty(kubeconfig))
        {
            return kubeconfig;
        }

        if (KubernetesClientConfiguration.IsInCluster())
        {
            return null;
        }

        // Files of several names would have to be merged; the first one is what a watcher's own file is.
        var named = Environment.GetEnvironmentVariable(Variable)?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return named is [var first, ..] ? first : File.Exists(KubernetesClientConfiguration.KubeConfigDefaultLocation) ? KubernetesClientConfiguration.KubeConfigDefaultLocation : null;
    }
}
