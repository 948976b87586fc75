using Microsoft.Extensions.Options;

namespace EventGateway.Sources.Files;

internal sealed class ManifestSourceOptionsValidator : IValidateOptions<ManifestSourceOptions>
{
    public ValidateOptionsResult Validate(string? name, ManifestSourceOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    public static IEnumerable<string> Faults(ManifestSourceOptions options)
    {
        if (options.Paths.Count == 0)
        {
            yield return "--manifests: no path is given; name at least one file or folder, or '-' for standard input";
        }

        foreach (var path in options.Paths)
        {
            if (string.IsNullOrWhiteSpace(path))
            {
                yield return "--manifests: a path is empty; name a file or folder";
            }
            else if (path != ManifestTree.StandardInput && !File.Exists(path) && !Directory.Exists(path))
            {
                yield return $"--manifests: '{path}' does not exist; name a file or folder that does";
            }
        }

        if (options.IngressClasses.Count == 0)
        {
            yield return "--ingress-class: no class is given; name at least one, for example eventgateway";
        }

        foreach (var ingressClass in options.IngressClasses.Where(c => !Kubernetes.Translation.KubernetesName.IsSubdomain(c)))
        {
            yield return $"--ingress-class: '{ingressClass}' is not a class; use lower-case letters, digits, '-' and '.'";
        }

        if (options.ScanInterval <= TimeSpan.Zero)
        {
            yield return "ScanInterval: it must be longer than 0 ms";
        }

        if (options.SettleTime < TimeSpan.Zero || options.SettleTime > TimeSpan.FromSeconds(10))
        {
            yield return "SettleTime: use 0 ms to 10 s";
        }
    }
}
