using EventGateway.TestKit.Kubernetes.Kinds;
using EventGateway.TestKit.Kubernetes.Server;
using EventGateway.TestKit.Kubernetes.Store;

namespace EventGateway.TestKit.Kubernetes.Selectors;

/// <summary><c>metadata.name=x,type!=y</c>: all must hold. Only fields that the kind offers may be named.</summary>
internal sealed class FieldSelector
{
    private readonly IReadOnlyList<(string Field, string Value, bool Equal)> _requirements;

    private FieldSelector(IReadOnlyList<(string, string, bool)> requirements) => _requirements = requirements;

    public bool IsEmpty => _requirements.Count == 0;

    /// <summary>The one name that is asked for; a request is then judged like one for that object.</summary>
    public string? Name => _requirements.FirstOrDefault(r => r is { Field: "metadata.name", Equal: true }).Value;

    public bool Matches(StoredObject o) => _requirements.All(r => (Value(o, r.Field) == r.Value) == r.Equal);

    /// <exception cref="ApiFault">400: the text is no selector, or names a field that cannot be selected by.</exception>
    public static FieldSelector Parse(ResourceKind? kind, string? text)
    {
        var requirements = new List<(string, string, bool)>();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var equal = !part.Contains("!=", StringComparison.Ordinal);
            var pair = part.Split(["!=", "==", "="], 2, StringSplitOptions.None);
            if (pair.Length < 2)
            {
                throw ApiFault.BadRequest($"invalid selector: '{text}'; can't understand '{part}'");
            }

            if (kind is not null && pair[0] != "metadata.name" && !(pair[0] == "metadata.namespace" && kind.Namespaced) && !kind.SelectableFields.Contains(pair[0]))
            {
                throw ApiFault.BadRequest(kind.IsBuiltIn ? $"\"{pair[0]}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"" : $"field label not supported: {pair[0]}");
            }

            requirements.Add((pair[0], pair[1], equal));
        }

        return new FieldSelector(requirements);
    }

    private static string Value(StoredObject o, string field) => field switch
    {
        "metadata.name" => o.Key.Name,
        "metadata.namespace" => o.Key.Namespace,
        _ => o.Fields.GetValueOrDefault(field, ""),
    };
}
