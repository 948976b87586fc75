namespace EventGateway.Proxy.Telemetry;

/// <summary>
/// A file that others turn over while it is written, in either of logrotate's ways: by renaming it, which is noticed within a second, when a new file
/// under the old name goes on; or by copying and cutting it (<c>copytruncate</c>), as each piece is put at what the end is just then. Used by one thread.
/// </summary>
internal sealed class AccessLogFile : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly TimeProvider _time;
    private FileStream _file;
    private string? _name;
    private long _lookedAt;

    /// <exception cref="IOException">The file cannot be opened for writing.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be opened for writing.</exception>
    public AccessLogFile(string path, TimeProvider time)
    {
        _path = path;
        _time = time;
        _lookedAt = time.GetTimestamp();
        _file = Open(path);
        _name = NameOf(_file);
    }

    /// <exception cref="IOException">It cannot be written, or not be opened anew.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be opened anew.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_time.GetElapsedTime(_lookedAt) >= LookInterval)
        {
            _lookedAt = _time.GetTimestamp();
            ReopenIfMoved();
        }

        // The runtime does not open files for appending in the system's sense, whatever the mode.
        if (_file.CanSeek)
        {
            _file.Seek(0, SeekOrigin.End);
        }

        _file.Write(bytes);
    }

    public void Dispose() => _file.Dispose();

    private void ReopenIfMoved()
    {
        if (NameOf(_file) != _name || !File.Exists(_path))
        {
            var file = Open(_path);
            _file.Dispose();
            _file = file;
            _name = NameOf(file);
        }
    }

    private static FileStream Open(string path) =>
        new(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    /// <summary>What the system calls the open file now; null: it does not tell, and only that the path is free shows a move.</summary>
    private static string? NameOf(FileStream file) => OperatingSystem.IsLinux()
        ? new FileInfo($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}").LinkTarget
        : null;
}
