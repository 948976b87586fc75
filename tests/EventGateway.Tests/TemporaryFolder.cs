namespace EventGateway.Tests;

/// <summary>A folder that is gone when the test is.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("eventgateway-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <returns>The file's path.</returns>
    public string Write(string name, string text, UnixFileMode? mode = null)
    {
        var path = File(name);
        System.IO.File.WriteAllText(path, text);
        if (mode is { } given && !OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(path, given);
        }

        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
