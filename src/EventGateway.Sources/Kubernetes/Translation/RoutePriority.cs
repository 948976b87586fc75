using EventGateway.Core.Model;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>
/// The order of an Ingress' routes within one host, as one number; the higher is tried first. Kong Ingress Controller's order
/// with one deliberate difference: at equal regex-priority an exact path goes before an expression (there the expression wins,
/// to the surprise of users: Kong/kubernetes-ingress-controller#3394).
/// <code>
///   63      0
///   60..62  how many kinds of condition there are (path, methods, headers, query)      default backend: 0
///   52..59  number of header conditions, at most 255
///   51      1: expression or exact path, 0: prefix
///   19..50  konghq.com/regex-priority + 2^31; for prefixes always 2^31
///   18      1: exact path
///    0..17  length of the path, at most 262143; a segment prefix counts its closing slash
/// </code>
/// </summary>
internal static class RoutePriority
{
    /// <summary>An Ingress' default backend: below every rule.</summary>
    public const ulong DefaultBackend = 0;

    private const int MaxHeaders = 255;
    private const int MaxLength = (1 << 18) - 1;

    public static ulong Of(RouteMatch match, int regexPriority)
    {
        var kinds = 1 + (match.Methods.IsEmpty ? 0 : 1) + (match.Headers.IsEmpty ? 0 : 1) + (match.Query.IsEmpty ? 0 : 1);
        var precise = match.Path.Type is PathMatchType.Regex or PathMatchType.Exact;
        var length = match.Path.Value.Length + (match.Path is { Type: PathMatchType.Prefix, Value.Length: > 1 } ? 1 : 0);
        var regex = (uint)((long)(precise ? regexPriority : 0) - int.MinValue);
        return ((ulong)(uint)kinds << 60)
            | ((ulong)(uint)Math.Min(match.Headers.Length, MaxHeaders) << 52)
            | ((precise ? 1UL : 0UL) << 51)
            | ((ulong)regex << 19)
            | ((match.Path.Type == PathMatchType.Exact ? 1UL : 0UL) << 18)
            | (uint)Math.Min(length, MaxLength);
    }
}
