namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>What one reflector follows.</summary>
/// <param name="Namespace">"": all of them, or a kind that has none.</param>
internal sealed record WatchScope(WatchedKind Kind, string Namespace)
{
    /// <summary>"": all.</summary>
    public string FieldSelector { get; init; } = "";

    /// <summary>"": all.</summary>
    public string LabelSelector { get; init; } = "";

    /// <summary>Whether it is one object that is followed, by its name.</summary>
    public string Name { get; init; } = "";

    public static WatchScope Named(WatchedKind kind, string @namespace, string name) => new(kind, @namespace) { Name = name, FieldSelector = $"metadata.name={name}" };

    /// <param name="continuation">"": the first page.</param>
    /// <param name="inPages">False: all at once.</param>
    public string ListPath(string continuation, bool inPages) =>
        Path(inPages ? $"limit={Kind.PageSize}" : "", continuation.Length == 0 ? "" : $"continue={Uri.EscapeDataString(continuation)}");

    public string WatchPath(ResourceVersion from, int seconds) =>
        Path("watch=1", "allowWatchBookmarks=true", $"resourceVersion={Uri.EscapeDataString(from.Text)}", $"timeoutSeconds={seconds}");

    public override string ToString() =>
        Name.Length > 0 ? $"{Kind.Kind} {Namespace}/{Name}" : Namespace.Length > 0 ? $"{Kind.Kind} in {Namespace}" : Kind.IsClusterScoped ? Kind.Kind : $"{Kind.Kind} in all namespaces";

    private string Path(params IEnumerable<string> query)
    {
        var all = query.Append(FieldSelector.Length == 0 ? "" : $"fieldSelector={Uri.EscapeDataString(FieldSelector)}")
            .Append(LabelSelector.Length == 0 ? "" : $"labelSelector={Uri.EscapeDataString(LabelSelector)}")
            .Where(q => q.Length > 0);
        return string.Join('?', new[] { Kind.PathIn(Namespace), string.Join('&', all) }.Where(p => p.Length > 0));
    }
}
