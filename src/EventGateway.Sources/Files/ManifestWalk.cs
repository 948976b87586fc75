namespace EventGateway.Sources.Files;

/// <summary>One walk over folders: the manifest files there are, and the folders that could not be looked into.</summary>
internal sealed class ManifestWalk
{
    private const int MaxDepth = 32;

    private readonly HashSet<string> _visited = new(StringComparer.Ordinal);
    private readonly List<string> _blind = [];

    /// <summary>In order of their names.</summary>
    public SortedSet<string> Files { get; } = new(StringComparer.Ordinal);

    public List<(string Path, string Message)> Faults { get; } = [];

    /// <summary>Whether people mean a file of this name to be read. Hidden ones are editors' copies and the insides of ConfigMap volumes.</summary>
    public static bool IsManifest(string name) => !IsHidden(name)
        && (name.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".json", StringComparison.OrdinalIgnoreCase));

    public static bool IsHidden(string name) => name.StartsWith('.') || name.StartsWith('#') || name.EndsWith('~');

    public void AddFile(string path) => Files.Add(path);

    public void AddFolder(string path) => AddFolder(path, 0);

    public void Fail(string path, string message)
    {
        Faults.Add((path, message));
        _blind.Add(path);
    }

    /// <summary>Those of the paths that lie where the walk could not look: nobody knows whether they are gone.</summary>
    public IEnumerable<string> KeptUnder(IEnumerable<string> paths) => _blind.Count == 0
        ? []
        : paths.Where(p => !Files.Contains(p) && _blind.Any(b => p.StartsWith(b.TrimEnd('/') + '/', StringComparison.Ordinal)));

    private void AddFolder(string path, int depth)
    {
        var folder = new DirectoryInfo(path);
        try
        {
            // A link may lead back up.
            var real = folder.LinkTarget is null ? folder.FullName : folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder.FullName;
            if (depth > MaxDepth || !_visited.Add(real))
            {
                return;
            }

            foreach (var entry in folder.EnumerateFileSystemInfos())
            {
                if (IsHidden(entry.Name))
                {
                    continue;
                }

                // As the user wrote it: messages are to name files the way people name them.
                var entryPath = Path.Combine(path, entry.Name);
                if (entry is DirectoryInfo)
                {
                    AddFolder(entryPath, depth + 1);
                }
                else if (IsManifest(entry.Name))
                {
                    Files.Add(entryPath);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Fail(path, $"the folder cannot be read: {e.Message}");
        }
    }
}
