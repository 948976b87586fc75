namespace EventGateway.TestKit.Kubernetes.Patching;

/// <summary>
/// Which lists of built-in kinds are kept by key, or as sets, as the schema of the API says it; all others are one value. Known by the
/// field's path, without the indexes.
/// </summary>
internal static class ListKeys
{
    private static readonly Dictionary<string, string[]> Keys = new()
    {
        ["metadata.ownerReferences"] = ["uid"],
        ["status.conditions"] = ["type"],
        ["spec.ports"] = ["port", "protocol"],
        ["secrets"] = ["name"],
    };

    private static readonly HashSet<string> Sets = ["metadata.finalizers"];

    /// <summary>Null: the list is not kept by key.</summary>
    public static string[]? Of(string path) => Keys.GetValueOrDefault(path);

    public static bool IsSet(string path) => Sets.Contains(path);
}
