using EventGateway.Sources.Kubernetes.Translation;
using Microsoft.Extensions.Options;

namespace EventGateway.Sources.Kubernetes.Watch;

internal sealed class ClusterSourceOptionsValidator : IValidateOptions<ClusterSourceOptions>
{
    public ValidateOptionsResult Validate(string? name, ClusterSourceOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    public static IEnumerable<string> Faults(ClusterSourceOptions options)
    {
        var ways = (options.Namespaces.Count > 0 ? 1 : 0) + (options.NamespaceSelector.Length > 0 ? 1 : 0) + (options.AllNamespaces ? 1 : 0);
        if (ways != 1)
        {
            yield return "--namespace, --namespace-selector, --all-namespaces: use one of them to say which namespaces are ours";
        }

        foreach (var @namespace in options.Namespaces.Where(n => !KubernetesName.IsLabel(n)))
        {
            yield return $"--namespace: '{@namespace}' is not a namespace; use up to 63 lower-case letters, digits and '-'";
        }

        foreach (var ingressClass in options.IngressClasses.Where(c => !KubernetesName.IsSubdomain(c)))
        {
            yield return $"--ingress-class: '{ingressClass}' is not a class; use lower-case letters, digits, '-' and '.'";
        }
    }
}
