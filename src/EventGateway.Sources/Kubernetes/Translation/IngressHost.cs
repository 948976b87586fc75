using System.Diagnostics.CodeAnalysis;
using System.Net;
using EventGateway.Core.Model;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>A host of an Ingress in the proxy's words.</summary>
internal static class IngressHost
{
    /// <summary>False with a <paramref name="problem"/> when no client could ask for the host.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out HostMatch? host, out string problem)
    {
        var wildcard = text.StartsWith("*.", StringComparison.Ordinal);
        var name = (wildcard ? text[2..] : text).ToLowerInvariant();
        if (name.EndsWith('.'))
        {
            name = name[..^1];
        }

        host = new HostMatch(name, wildcard ? HostMatchType.OneLabel : HostMatchType.Exact);
        problem = "";
        if (!wildcard && IPAddress.TryParse(name, out _))
        {
            problem = $"'{text}' is an IP address; use a DNS name, or no host for all of them";
        }
        else if (Uri.CheckHostName(name) != UriHostNameType.Dns || host.Name.Contains('_') || !IsName(name))
        {
            problem = $"'{text}' is not a host name; use lower-case letters, digits, '-' and '.', with '*.' in front for a wildcard";
        }

        if (problem.Length == 0)
        {
            return true;
        }

        host = null;
        return false;
    }

    private static bool IsName(string name) => name.Length is > 0 and <= 253
        && name.Split('.').All(l => l.Length is > 0 and <= 63 && l[0] != '-' && l[^1] != '-' && l.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'));
}
