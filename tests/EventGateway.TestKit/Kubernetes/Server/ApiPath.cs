namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>What a request's path names.</summary>
/// <param name="Plural">Empty: the path names no objects (<c>/version</c>, discovery).</param>
/// <param name="Namespace">Empty: all, or the kind is in none.</param>
/// <param name="Name">Empty: the collection.</param>
internal sealed record ApiPath(string Group, string Version, string Plural, string Namespace, string Name, string Subresource)
{
    private static readonly ApiPath NoObjects = new("", "", "", "", "", "");

    public bool NamesObjects => Plural.Length > 0;

    public static ApiPath Parse(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        return parts switch
        {
            ["api", var version, .. var rest] when rest.Length > 0 => Objects("", version, rest),
            ["apis", var group, var version, .. var rest] when rest.Length > 0 => Objects(group, version, rest),
            _ => NoObjects,
        };
    }

    private static ApiPath Objects(string group, string version, string[] parts) => parts switch
    {
        ["namespaces"] => new(group, version, "namespaces", "", "", ""),
        // A namespace counts as being in itself: that is how a Role in it can allow to read it.
        ["namespaces", var name] => new(group, version, "namespaces", name, name, ""),
        ["namespaces", var name, "status" or "finalize"] => new(group, version, "namespaces", name, name, parts[2]),
        ["namespaces", var ns, var plural, .. var rest] => Objects(group, version, ns, plural, rest),
        [var plural, .. var rest] => Objects(group, version, "", plural, rest),
        _ => NoObjects,
    };

    private static ApiPath Objects(string group, string version, string ns, string plural, string[] rest) => rest switch
    {
        [] => new(group, version, plural, ns, "", ""),
        [var name] => new(group, version, plural, ns, name, ""),
        [var name, var subresource] => new(group, version, plural, ns, name, subresource),
        _ => NoObjects,
    };
}
