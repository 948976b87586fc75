namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>The grammars of names in Kubernetes.</summary>
internal static class KubernetesName
{
    /// <summary>RFC 1123 label: namespaces, port names.</summary>
    public static bool IsLabel(string text) => text.Length is > 0 and <= 63 && IsPart(text);

    /// <summary>RFC 1123 subdomain: most objects' names.</summary>
    public static bool IsSubdomain(string text) => text.Length is > 0 and <= 253 && text.Split('.').All(IsPart);

    private static bool IsPart(string text) => text.Length > 0 && text[0] != '-' && text[^1] != '-'
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
