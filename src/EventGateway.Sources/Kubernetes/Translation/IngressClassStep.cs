using System.Collections.Immutable;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>IngressClass: which classes are ours, and whether one of them is the default.</summary>
internal static class IngressClassStep
{
    private const string DefaultAnnotation = "ingressclass.kubernetes.io/is-default-class";

    private static readonly ImmutableHashSet<string> Controllers =
        ["eventgateway.io/ingress-controller", "ingress-controllers.konghq.com/kong"];

    /// <param name="previous">Given back when nothing about it changes.</param>
    public static IngressClassTable Run(NamespaceSnapshot clusterScoped, TranslationOptions options, IngressClassTable? previous)
    {
        var ours = options.IngressClasses.ToImmutableSortedSet(StringComparer.Ordinal);
        var takesClassless = options.TakeClassless;
        foreach (var (item, _) in clusterScoped.Objects)
        {
            if (item.Typed is V1IngressClass ingressClass && IsOurs(ingressClass, options))
            {
                ours = ours.Add(item.Id.Name);
                takesClassless |= ingressClass.Metadata?.Annotations?.TryGetValue(DefaultAnnotation, out var value) == true
                    && string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);
            }
        }

        var table = new IngressClassTable(ours, takesClassless);
        return previous is not null && previous.Says(table) ? previous : table;
    }

    public static VerdictDraft Judge(V1IngressClass ingressClass, TranslationOptions options)
    {
        if (!IsOurs(ingressClass, options))
        {
            return VerdictDraft.Skipped($"controller '{ingressClass.Spec?.Controller}' is not ours; ours are {string.Join(", ", Controllers.Order(StringComparer.Ordinal))}");
        }

        return ingressClass.Spec?.Parameters is { } parameters
            ? new VerdictDraft(VerdictOutcome.Accepted, [], [$"spec.parameters: kind {parameters.Kind} is not supported yet; it has no effect"])
            : VerdictDraft.Accepted;
    }

    private static bool IsOurs(V1IngressClass ingressClass, TranslationOptions options) =>
        Controllers.Contains(ingressClass.Spec?.Controller ?? "")
        || (string.IsNullOrEmpty(ingressClass.Spec?.Controller) && options.IngressClasses.Contains(ingressClass.Metadata?.Name ?? ""));
}
