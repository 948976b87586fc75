using System.Text.Json.Nodes;
using EventGateway.TestKit.Kubernetes.Server;

namespace EventGateway.TestKit.Kubernetes.Access;

/// <summary>One rule of a Role or ClusterRole.</summary>
/// <param name="ResourceNames">Empty: all.</param>
internal sealed record AccessRule(
    IReadOnlyList<string> Verbs, IReadOnlyList<string> ApiGroups, IReadOnlyList<string> Resources, IReadOnlyList<string> ResourceNames, IReadOnlyList<string> NonResourceUrls)
{
    private const string Any = "*";

    public static AccessRule Read(JsonObject rule) =>
        new(Texts(rule["verbs"]), Texts(rule["apiGroups"]), Texts(rule["resources"]), Texts(rule["resourceNames"]), Texts(rule["nonResourceURLs"]));

    public bool Covers(ApiRequest request)
    {
        if (!Verbs.Contains(Any) && !Verbs.Contains(request.Verb))
        {
            return false;
        }

        if (request.Resource.Length == 0)
        {
            return NonResourceUrls.Any(u => u == Any || u == request.Path || u.EndsWith('*') && request.Path.StartsWith(u[..^1], StringComparison.Ordinal));
        }

        return (ApiGroups.Contains(Any) || ApiGroups.Contains(request.Group)) && CoversResource(request) &&
            (ResourceNames.Count == 0 || request.Name.Length > 0 && ResourceNames.Contains(request.Name));
    }

    private bool CoversResource(ApiRequest request) =>
        Resources.Contains(Any) ||
        (request.Subresource.Length == 0
            ? Resources.Contains(request.Resource)
            : Resources.Contains($"{request.Resource}/{request.Subresource}") || Resources.Contains($"*/{request.Subresource}"));

    private static IReadOnlyList<string> Texts(JsonNode? array) => [.. (array as JsonArray ?? []).Select(t => t?.ToString() ?? "")];
}
