using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Which ingress classes are ours. The same instance as long as the answer stays the same.</summary>
internal sealed class IngressClassTable(ImmutableSortedSet<string> ours, bool takesClassless)
{
    public const string LegacyAnnotation = "kubernetes.io/ingress.class";

    public ImmutableSortedSet<string> Ours { get; } = ours;

    public bool TakesClassless { get; } = takesClassless;

    /// <summary>Why an object of this class is not ours; null: it is ours.</summary>
    /// <param name="className">Null or "": the object names no class.</param>
    /// <param name="field">Where it is to name one, for the message.</param>
    public string? WhyNotOurs(string? className, string field = "spec.ingressClassName")
    {
        if (string.IsNullOrEmpty(className))
        {
            return TakesClassless
                ? null
                : $"it names no ingress class and no IngressClass of ours is the default; set {field} to one of {string.Join(", ", Ours)}";
        }

        return Ours.Contains(className) ? null : $"ingress class '{className}' is not ours; ours are {string.Join(", ", Ours)}";
    }

    public bool Says(IngressClassTable other) => TakesClassless == other.TakesClassless && Ours.SetEquals(other.Ours);
}
