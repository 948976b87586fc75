using System.Text.RegularExpressions;
using EventGateway.Core.Model;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>An Ingress path in the proxy's words.</summary>
internal static partial class IngressPath
{
    /// <summary>Marks an expression in a path of type ImplementationSpecific.</summary>
    public const string RegexMark = "/~";

    /// <summary>Null with a <paramref name="problem"/> when the path cannot be used.</summary>
    public static PathMatch? Read(string? pathType, string? path, out string problem)
    {
        problem = "";
        var text = string.IsNullOrEmpty(path) ? "/" : path;
        if (pathType == "ImplementationSpecific" && text.StartsWith(RegexMark, StringComparison.Ordinal))
        {
            return new PathMatch(PathMatchType.Regex, text[RegexMark.Length..]);
        }

        if (text[0] != '/')
        {
            problem = $"path: '{text}' must begin with '/'";
            return null;
        }

        text = Slashes().Replace(text, "/");
        switch (pathType)
        {
            case "Prefix":
                return new PathMatch(PathMatchType.Prefix, text.Length > 1 ? text.TrimEnd('/') : text);
            case "Exact":
                return new PathMatch(PathMatchType.Exact, text);
            case "ImplementationSpecific":
                return new PathMatch(PathMatchType.StartsWith, text);
            default:
                problem = string.IsNullOrEmpty(pathType)
                    ? "pathType: it is missing; use Prefix, Exact or ImplementationSpecific"
                    : $"pathType: '{pathType}' is not known; use Prefix, Exact or ImplementationSpecific";
                return null;
        }
    }

    [GeneratedRegex("/{2,}")]
    private static partial Regex Slashes();
}
