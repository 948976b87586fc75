using System.Collections.Immutable;
using System.Text;
using EventGateway.Sources.Kubernetes.Translation;

namespace EventGateway.Sources.Files;

/// <summary>
/// The manifest files under some paths, and what is in use of them. A file that vanishes takes its objects with it; what cannot be
/// read keeps them. Used by one thread.
/// </summary>
/// <param name="standardInput">Read once, for the path <c>-</c>.</param>
internal sealed class ManifestTree(IReadOnlyList<string> paths, TextReader standardInput, TimeProvider time)
{
    /// <summary>The path that means standard input.</summary>
    public const string StandardInput = "-";

    private readonly SortedDictionary<string, TrackedFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byFullPath = new(StringComparer.Ordinal);
    private readonly HashSet<string> _rootsThatWereFolders = new(StringComparer.Ordinal);
    private ImmutableArray<LocatedFault> _walkFaults = [];
    private bool _isStarted;
    private bool _walkedInWhole;

    public IEnumerable<PlacedObject> Objects => _files.Values.SelectMany(f => f.Objects);

    public IEnumerable<LocatedFault> Faults => _walkFaults.Concat(_files.Values.SelectMany(f => f.Faults));

    /// <summary>Whether something that was there at the start could not be read in whole since.</summary>
    public bool IsPartial => !_walkedInWhole || _files.Values.Any(f => f.MayHoldMore);

    /// <summary>Whether a look at names and times alone finds something new.</summary>
    public bool LooksChanged()
    {
        var walk = Walk();
        return walk.Files.Count + walk.KeptUnder(_files.Keys).Count() != _files.Count - (_files.ContainsKey(StandardInput) ? 1 : 0)
            || walk.Faults.Count != _walkFaults.Length
            || walk.Files.Any(p => !_files.TryGetValue(p, out var file) || StampOf(p) != file.Stamp);
    }

    /// <summary>Reads what is new.</summary>
    /// <param name="written">Full paths to read even if their times say nothing; null: all of them.</param>
    public void Refresh(IReadOnlySet<string>? written)
    {
        if (written is { Count: > 0 } && written.All(p => _byFullPath.ContainsKey(p) && File.Exists(p)))
        {
            // Nothing but known files was written: their folders need no walk.
            foreach (var path in written)
            {
                Refresh(_byFullPath[path], force: true);
            }

            return;
        }

        var walk = Walk();
        var keep = walk.KeptUnder(_files.Keys).ToHashSet(StringComparer.Ordinal);
        foreach (var path in _files.Keys.Where(p => p != StandardInput && !walk.Files.Contains(p) && !keep.Contains(p)).ToList())
        {
            _files.Remove(path);
            _byFullPath.Remove(Path.GetFullPath(path));
        }

        foreach (var path in walk.Files)
        {
            Refresh(path, written is null || (written.Count > 0 && written.Contains(Path.GetFullPath(path))));
        }

        if (paths.Contains(StandardInput) && !_files.ContainsKey(StandardInput))
        {
            var file = new TrackedFile(StandardInput, isFromStart: true);
            _files.Add(StandardInput, file);
            file.Take(Encoding.UTF8.GetBytes(standardInput.ReadToEnd()), default, time.GetUtcNow());
        }

        _isStarted = true;
        _walkedInWhole |= walk.Faults.Count == 0;
        _walkFaults = [.. walk.Faults.Select(f => new LocatedFault(f.Path, 1, new ManifestFault(null, "", [new ManifestProblem(1, f.Message)]), keep.Count > 0))];
    }

    private void Refresh(string path, bool force)
    {
        _files.TryGetValue(path, out var file);
        try
        {
            // The stamp is taken first: a write in between makes it old, and the next look finds that out.
            var stamp = FileStamp.Of(path);
            if (file is not null && stamp == file.Stamp && !force)
            {
                return;
            }

            var bytes = File.ReadAllBytes(path);
            file ??= Track(path);
            file.Take(bytes, stamp, time.GetUtcNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file ??= Track(path);
            file.Fail($"the file cannot be read: {e.Message}");
        }
    }

    private TrackedFile Track(string path)
    {
        var file = new TrackedFile(path, !_isStarted);
        _files.Add(path, file);
        _byFullPath[Path.GetFullPath(path)] = path;
        return file;
    }

    private static FileStamp StampOf(string path)
    {
        try
        {
            return FileStamp.Of(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    private ManifestWalk Walk()
    {
        var walk = new ManifestWalk();
        foreach (var root in paths.Where(p => p != StandardInput))
        {
            if (Directory.Exists(root))
            {
                _rootsThatWereFolders.Add(root);
                walk.AddFolder(root);
            }
            else if (File.Exists(root))
            {
                walk.AddFile(root);
            }
            else if (_rootsThatWereFolders.Contains(root))
            {
                walk.Fail(root, "the folder is gone; put it back, or stop with it taken from --manifests");
            }
            else
            {
                walk.Fail(root, "there is no such file or folder");
            }
        }

        return walk;
    }
}
