using System.Collections.Immutable;
using System.Text.RegularExpressions;
using EventGateway.Core.Model;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What an Ingress' annotations say of all its routes. The defaults are Kong Ingress Controller's.</summary>
internal sealed partial record IngressSettings
{
    private const string HeadersPrefix = AnnotationSet.Prefix + "headers.";
    private const string HeadersSeparator = AnnotationSet.Prefix + "headers-separator";
    private const string RegexPrefixName = AnnotationSet.Prefix + "regex-prefix";
    private const string ForceSslRedirect = "ingress.kubernetes.io/force-ssl-redirect";
    private const int ForcedRedirectStatus = 302;

    public bool StripPath { get; private init; }

    public bool PreserveHost { get; private init; } = true;

    public RouteProtocols Protocols { get; init; }

    public int HttpsRedirectStatus { get; private init; }

    public ImmutableArray<string> Methods { get; private init; } = [];

    public ImmutableArray<NameValueMatch> Headers { get; private init; } = [];

    public int RegexPriority { get; private init; }

    public static IngressSettings Read(AnnotationSet annotations)
    {
        ReportUnsupported(annotations);
        var forceSsl = annotations.ReadFlag(ForceSslRedirect, false);
        var protocols = ReadProtocols(annotations);
        return new IngressSettings
        {
            StripPath = annotations.ReadFlag("konghq.com/strip-path", false),
            PreserveHost = annotations.ReadFlag("konghq.com/preserve-host", true),
            Protocols = forceSsl ? RouteProtocols.Https : protocols,
            HttpsRedirectStatus = annotations.ReadNumber(
                "konghq.com/https-redirect-status-code",
                forceSsl ? ForcedRedirectStatus : Route.DefaultHttpsRedirectStatus,
                "use 301, 302, 307, 308 or 426",
                v => v is 301 or 302 or 307 or 308 or 426),
            Methods = ReadMethods(annotations),
            Headers = ReadHeaders(annotations),
            RegexPriority = annotations.ReadNumber("konghq.com/regex-priority", 0, "use a whole number from -2147483648 to 2147483647", _ => true),
        };
    }

    private static RouteProtocols ReadProtocols(AnnotationSet annotations)
    {
        const string name = "konghq.com/protocols";
        if (annotations.ReadList(name) is not { } names)
        {
            return RouteProtocols.Http | RouteProtocols.Https;
        }

        var protocols = RouteProtocols.None;
        foreach (var protocol in names)
        {
            switch (protocol.ToLowerInvariant())
            {
                case "http" or "grpc" or "ws": protocols |= RouteProtocols.Http; break;
                case "https" or "grpcs" or "wss": protocols |= RouteProtocols.Https; break;
                default: annotations.Reasons.Add(AnnotationSet.Fault(name, protocol, "use http, https or both")); break;
            }
        }

        return protocols;
    }

    private static ImmutableArray<string> ReadMethods(AnnotationSet annotations)
    {
        const string name = "konghq.com/methods";
        var methods = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var method in annotations.ReadList(name) ?? [])
        {
            if (method.All(char.IsAsciiLetter))
            {
                methods.Add(method.ToUpperInvariant());
            }
            else
            {
                annotations.Reasons.Add(AnnotationSet.Fault(name, method, "name HTTP methods, for example \"GET,POST\""));
            }
        }

        return [.. methods];
    }

    private static ImmutableArray<NameValueMatch> ReadHeaders(AnnotationSet annotations)
    {
        var separator = annotations.Find(HeadersSeparator) is { Length: > 0 } own ? own : ",";
        var headers = ImmutableArray.CreateBuilder<NameValueMatch>();
        foreach (var name in annotations.KongNames.Where(n => n.StartsWith(HeadersPrefix, StringComparison.Ordinal)))
        {
            var header = name[HeadersPrefix.Length..];
            var values = annotations.Find(name)!.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (header.Length == 0 || values.Length == 0)
            {
                annotations.Reasons.Add(AnnotationSet.Fault(name, annotations.Find(name)!, "give a header name behind 'headers.' and at least one value"));
            }
            else if (values is [['~', '*', .. var expression]])
            {
                // Kong looks for the expression anywhere in the value, as the model does, but without regard to case. ".*" changes nothing about
                // what is found; without it every record written so far would be written anew.
                headers.Add(new NameValueMatch(header, ValueMatchType.Regex, [$"(?i).*(?:{expression})"]));
            }
            else
            {
                headers.Add(new NameValueMatch(header, ValueMatchType.Exact, [.. values]));
            }
        }

        return headers.ToImmutable();
    }

    private static void ReportUnsupported(AnnotationSet annotations)
    {
        foreach (var name in annotations.KongNames)
        {
            var value = annotations.Find(name)!;
            switch (name[AnnotationSet.Prefix.Length..])
            {
                case "strip-path" or "preserve-host" or "protocols" or "methods" or "https-redirect-status-code" or "regex-priority":
                case "headers-separator" or "tags":
                case var headers when headers.StartsWith("headers.", StringComparison.Ordinal):
                case "regex-prefix" when value == IngressPath.RegexMark:
                    break;
                case "plugins":
                    annotations.Warnings.Add($"metadata.annotations[{name}]: plugins are not supported yet; if '{value}' authenticates, limits or rewrites, these routes are served WITHOUT it");
                    break;
                case "regex-prefix":
                    annotations.Reasons.Add(AnnotationSet.Fault(RegexPrefixName, value, $"only '{IngressPath.RegexMark}' is supported; mark expressions with it and remove the annotation"));
                    break;
                case "snis" or "rewrite":
                    annotations.Reasons.Add($"metadata.annotations[{name}]: not supported yet, and without it requests would go the wrong way; remove it to have the Ingress served");
                    break;
                case "host-aliases":
                    annotations.Warnings.Add($"metadata.annotations[{name}]: not supported yet; '{value}' is not served, add rules for these hosts");
                    break;
                case var known when Ignored().IsMatch(known):
                    annotations.Warnings.Add($"metadata.annotations[{name}]: not supported yet; it has no effect");
                    break;
                default:
                    annotations.Warnings.Add($"metadata.annotations[{name}]: no such annotation is known for an Ingress; it has no effect");
                    break;
            }
        }
    }

    [GeneratedRegex("^(override|path-handling|request-buffering|response-buffering|upstream-policy)$")]
    private static partial Regex Ignored();
}
