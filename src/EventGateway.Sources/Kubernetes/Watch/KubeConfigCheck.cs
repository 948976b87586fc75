using k8s.KubeConfigModels;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>Finds what is missing in a kubeconfig file and names the file, the context and what to do.</summary>
internal static class KubeConfigCheck
{
    /// <returns>Null: nothing is missing.</returns>
    public static string? WhyUnusable(string file, K8SConfiguration? config, IReadOnlyDictionary<string, string> tokenFiles)
    {
        var prefix = $"kubeconfig '{file}'";
        if (config is null)
        {
            return $"{prefix}: it is empty";
        }

        if (string.IsNullOrEmpty(config.CurrentContext))
        {
            return $"{prefix}: it has no current-context; choose one with: kubectl config use-context NAME --kubeconfig {file}";
        }

        var name = config.CurrentContext;
        prefix += $", context '{name}'";
        var context = config.Contexts?.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase))?.ContextDetails;
        if (context is null)
        {
            return $"{prefix}: there is no such context in it; it has {Names(config.Contexts?.Select(c => c.Name))}";
        }

        var cluster = config.Clusters?.FirstOrDefault(c => string.Equals(c.Name, context.Cluster, StringComparison.OrdinalIgnoreCase))?.ClusterEndpoint;
        if (cluster is null)
        {
            return $"{prefix}: its cluster '{context.Cluster}' is not in the file; it has {Names(config.Clusters?.Select(c => c.Name))}";
        }

        if (!Uri.TryCreate(cluster.Server, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
        {
            return $"{prefix}: the server '{cluster.Server}' of cluster '{context.Cluster}' is not an address; use for example https://10.0.0.1:6443";
        }

        if (Missing(file, cluster.CertificateAuthority) is { } authority)
        {
            return $"{prefix}: the certificate-authority file '{authority}' of cluster '{context.Cluster}' is not there";
        }

        return string.IsNullOrEmpty(context.User) ? null : UserFault(file, prefix, config, context.User, tokenFiles.GetValueOrDefault(context.User));
    }

    private static string? UserFault(string file, string prefix, K8SConfiguration config, string name, string? tokenFile)
    {
        var user = config.Users?.FirstOrDefault(u => string.Equals(u.Name, name, StringComparison.OrdinalIgnoreCase))?.UserCredentials;
        if (user is null)
        {
            return $"{prefix}: its user '{name}' is not in the file, or has no credentials; it has {Names(config.Users?.Select(u => u.Name))}";
        }

        foreach (var (field, path) in new[] { ("client-certificate", user.ClientCertificate), ("client-key", user.ClientKey), ("tokenFile", tokenFile) })
        {
            if (Missing(file, path) is { } missing)
            {
                return $"{prefix}: the {field} '{missing}' of user '{name}' is not there";
            }
        }

        if (user.ExternalExecution is { } plugin)
        {
            return string.IsNullOrWhiteSpace(plugin.Command) || string.IsNullOrWhiteSpace(plugin.ApiVersion)
                ? $"{prefix}: the exec of user '{name}' needs a command and an apiVersion"
                : null;
        }

        var hasCertificate = (Has(user.ClientCertificate) && Has(user.ClientKey)) || (Has(user.ClientCertificateData) && Has(user.ClientKeyData));
        return hasCertificate || Has(tokenFile) || Has(user.Token) || (Has(user.UserName) && Has(user.Password)) || user.AuthProvider is not null
            ? null
            : $"{prefix}: user '{name}' has no credentials that are understood; give it a client certificate with its key, a token or an exec plugin";
    }

    private static bool Has(string? text) => !string.IsNullOrWhiteSpace(text);

    /// <summary>The full path of a file that is named and not there; null: there is no fault.</summary>
    private static string? Missing(string kubeconfig, string? path)
    {
        if (!Has(path))
        {
            return null;
        }

        var full = Path.GetFullPath(path!, Path.GetDirectoryName(Path.GetFullPath(kubeconfig))!);
        return File.Exists(full) ? null : full;
    }

    private static string Names(IEnumerable<string?>? names) => names?.Where(Has).ToList() is { Count: > 0 } some ? string.Join(", ", some) : "none";
}
