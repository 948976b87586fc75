namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Names of headers and cookies (RFC 9110, section 5.6.2).</summary>
internal static class HttpToken
{
    public static bool IsValid(string text) => text.Length > 0
        && text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));
}
