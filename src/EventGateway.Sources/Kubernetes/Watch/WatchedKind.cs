namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>A kind that is listed and watched.</summary>
/// <param name="Type">What its objects are read as; it has metadata.</param>
/// <param name="Plural">As in paths of the API.</param>
internal sealed record WatchedKind(string ApiVersion, string Kind, string Plural, Type Type)
{
    private const int UsualPage = 500;
    private const int PageOfLargeObjects = 100;

    public bool IsClusterScoped { get; init; }

    /// <summary>Whether the cluster may not have it, as it comes with a CustomResourceDefinition.</summary>
    public bool IsCustom { get; init; }

    /// <summary>Whether its objects may have megabytes each.</summary>
    public bool IsLarge { get; init; }

    public string Group => ApiVersion.Contains('/', StringComparison.Ordinal) ? ApiVersion[..ApiVersion.IndexOf('/', StringComparison.Ordinal)] : "";

    /// <summary>How many objects a list is asked for at once.</summary>
    public int PageSize => IsLarge ? PageOfLargeObjects : UsualPage;

    /// <summary>Where the API tells which kinds the version has, without a slash in front.</summary>
    public string VersionPath => Group.Length == 0 ? $"api/{ApiVersion}" : $"apis/{ApiVersion}";

    public string PathIn(string @namespace) => @namespace.Length == 0 ? $"{VersionPath}/{Plural}" : $"{VersionPath}/namespaces/{@namespace}/{Plural}";

    public override string ToString() => Kind;
}
