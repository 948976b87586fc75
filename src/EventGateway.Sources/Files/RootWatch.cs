namespace EventGateway.Sources.Files;

/// <summary>
/// Watches one path: a folder with all below it, and the folder above it, for the folder itself may be replaced; of a file, the
/// folder it lies in.
/// </summary>
internal sealed class RootWatch(string path, Action<string> onWritten, Action onLost) : IDisposable
{
    private readonly string _name = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path)));
    private FileSystemWatcher? _inside;
    private FileSystemWatcher? _above;
    private volatile bool _isReplaced;

    public string Path => path;

    public bool FaultWasTold { get; set; }

    /// <summary>Why the path cannot be watched; null: it is.</summary>
    public string? Mend()
    {
        try
        {
            if (_isReplaced)
            {
                _isReplaced = false;
                _inside?.Dispose();
                _inside = null;
            }

            _above ??= Start(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)), isRecursive: false, OnAbove);
            if (_inside is null && Directory.Exists(path))
            {
                _inside = Start(path, isRecursive: true, OnInside);
                // What was written before the watch began is found by looking.
                onLost();
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return e.Message;
        }
    }

    public void Dispose()
    {
        _inside?.Dispose();
        _above?.Dispose();
    }

    private FileSystemWatcher? Start(string? folder, bool isRecursive, Action<string> onEvent)
    {
        if (folder is null)
        {
            return null;
        }

        var watcher = new FileSystemWatcher(folder)
        {
            IncludeSubdirectories = isRecursive,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.Attributes,
        };
        watcher.Changed += (_, e) => onEvent(e.FullPath);
        watcher.Created += (_, e) => onEvent(e.FullPath);
        watcher.Deleted += (_, e) => onEvent(e.FullPath);
        watcher.Renamed += (_, e) =>
        {
            onEvent(e.OldFullPath);
            onEvent(e.FullPath);
        };
        watcher.Error += (_, _) => onLost();
        var isStarted = false;
        try
        {
            watcher.EnableRaisingEvents = true;
            isStarted = true;
            return watcher;
        }
        finally
        {
            if (!isStarted)
            {
                watcher.Dispose();
            }
        }
    }

    private void OnInside(string written)
    {
        var name = System.IO.Path.GetFileName(written);
        if (name.StartsWith("..", StringComparison.Ordinal))
        {
            // The inside of a ConfigMap volume: any of the links may lead elsewhere now.
            onLost();
        }
        else if (!ManifestWalk.IsHidden(name))
        {
            onWritten(written);
        }
    }

    private void OnAbove(string written)
    {
        var name = System.IO.Path.GetFileName(written);
        if (name == _name)
        {
            if (_inside is not null || Directory.Exists(path))
            {
                _isReplaced = true;
                onLost();
            }
            else
            {
                onWritten(path);
            }
        }
        else if (name.StartsWith("..", StringComparison.Ordinal))
        {
            onLost();
        }
    }
}
