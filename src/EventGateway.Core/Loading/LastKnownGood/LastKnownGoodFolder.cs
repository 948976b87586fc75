using System.Collections.Concurrent;
using EventGateway.Core.Image;
using EventGateway.Core.Log;

namespace EventGateway.Core.Loading.LastKnownGood;

/// <summary>
/// The files of all logs, each under <c>ORIGIN.WORKSPACE.image</c>. A file is replaced in one step and is on the disk before it takes its
/// place, so that whatever happens there is the old one or the new one. Reads and writes may come from different threads.
/// </summary>
public sealed class LastKnownGoodFolder(LastKnownGoodOptions options)
{
    /// <summary>The folder's name inside a data folder.</summary>
    public const string Name = "last-known-good";

    private const string Extension = ".image";
    private const string TemporaryExtension = ".tmp";
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersFolder = OwnersFile | UnixFileMode.UserExecute;

    private readonly ConcurrentDictionary<LogName, LastKnownGoodCopy> _copies = new();
    private volatile IReadOnlyList<LastKnownGoodFile> _refused = [];

    public LastKnownGoodOptions Options => options;

    /// <summary>What lies on the disk of each log, by what this process has read and written.</summary>
    public IReadOnlyDictionary<LogName, LastKnownGoodCopy> Copies => _copies;

    /// <summary>Files that were refused when they were read and have not been replaced since.</summary>
    public IReadOnlyList<LastKnownGoodFile> Refused => [.. _refused.Where(f => f.Log is not { } log || !_copies.ContainsKey(log))];

    /// <summary>Makes the folder inside a data folder, for its owner's eyes only, and sees whether it can be written.</summary>
    /// <param name="fault">What is wrong and what to do; null when the folder can be used.</param>
    /// <returns>The folder.</returns>
    public static string Prepare(string data, out string? fault)
    {
        var folder = Path.Combine(data, Name);
        try
        {
            MakeForOwner(data);
            MakeForOwner(folder);
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(folder) & ~OwnersFolder) != 0)
            {
                File.SetUnixFileMode(folder, OwnersFolder);
            }

            var trial = TemporaryPath(folder);
            using (Create(trial))
            {
                File.Delete(trial);
            }

            fault = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            fault = $"the folder '{folder}' cannot be written: {e.Message}; name one that belongs to this user";
        }

        return folder;
    }

    /// <summary>Reads the files of all logs that <paramref name="includes"/> names, and clears away what a killed process left half-written.</summary>
    public IReadOnlyList<LastKnownGoodFile> Read(Func<LogName, bool> includes)
    {
        List<(string Path, LogName? Log)> files;
        try
        {
            foreach (var left in Directory.EnumerateFiles(options.Folder, $"*{TemporaryExtension}"))
            {
                File.Delete(left);
            }

            files = [.. Directory.EnumerateFiles(options.Folder, $"*{Extension}").Select(p => (p, LogOf(p))).Where(f => f.Item2 is not { } log || includes(log))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _refused = [new LastKnownGoodFile(options.Folder, null, null, default, $"the folder cannot be read: {e.Message}")];
            return _refused;
        }

        var read = new LastKnownGoodFile[files.Count];
        Parallel.For(0, files.Count, i => read[i] = Read(files[i].Path, files[i].Log));
        foreach (var file in read)
        {
            if (file is { Log: { } log, Image: { } image })
            {
                _copies[log] = new LastKnownGoodCopy(image.Position.LogId, image.Position.Commit, image.Hash, file.WrittenAt);
            }
        }

        _refused = [.. read.Where(f => f.Refusal is not null)];
        return read;
    }

    /// <summary>Puts an image in the place of the one before.</summary>
    /// <returns>The file's size in bytes.</returns>
    /// <exception cref="IOException">The file before is still there, whole.</exception>
    /// <exception cref="UnauthorizedAccessException">The file before is still there, whole.</exception>
    public long Write(LogName log, ConfigImage image, DateTimeOffset now)
    {
        var temporary = TemporaryPath(options.Folder);
        try
        {
            long size;
            using (var file = Create(temporary))
            {
                size = LastKnownGoodFormat.Write(file, log, image, now);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, PathOf(log), overwrite: true);
            _copies[log] = new LastKnownGoodCopy(image.Position.LogId, image.Position.Commit, image.Hash, now);
            return size;
        }
        catch
        {
            // On a full disk the half of a file would take what room there is.
            File.Delete(temporary);
            throw;
        }
    }

    internal string PathOf(LogName log) => Path.Combine(options.Folder, $"{log.Origin}.{log.Workspace}{Extension}");

    private static LastKnownGoodFile Read(string path, LogName? log)
    {
        if (log is not { } name)
        {
            return new LastKnownGoodFile(path, null, null, default, $"its name is not ORIGIN.WORKSPACE{Extension}");
        }

        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnersFile) != 0)
            {
                File.SetUnixFileMode(path, OwnersFile);
            }

            return LastKnownGoodFormat.Read(path, name, File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new LastKnownGoodFile(path, name, null, default, $"it cannot be read: {e.Message}");
        }
    }

    private static LogName? LogOf(string path) =>
        Path.GetFileNameWithoutExtension(path).Split('.') is [var origin, var workspace] && LogName.IsLabel(origin) && LogName.IsLabel(workspace)
            ? new LogName(origin, workspace)
            : null;

    private static void MakeForOwner(string folder)
    {
        if (!Directory.Exists(folder))
        {
            _ = OperatingSystem.IsWindows() ? Directory.CreateDirectory(folder) : Directory.CreateDirectory(folder, OwnersFolder);
        }
    }

    // Two processes on one folder must not write into each other's files.
    private static string TemporaryPath(string folder) => Path.Combine(folder, Path.GetRandomFileName() + TemporaryExtension);

    private static FileStream Create(string path)
    {
        var settings = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            settings.UnixCreateMode = OwnersFile;
        }

        return new FileStream(path, settings);
    }
}
