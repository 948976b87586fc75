namespace EventGateway.EndToEnd.Tests.Fixtures;

/// <summary>A folder of a test's own, deleted with it.</summary>
internal sealed class TestFolder : IDisposable
{
    private int _count;

    public string Path { get; } = Directory.CreateTempSubdirectory("eventgateway-e2e-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>A subfolder, made when it is not there.</summary>
    public string Sub(string name) => Directory.CreateDirectory(this[name]).FullName;

    /// <summary>Replaces a file in one step, as careful tools do.</summary>
    public void Write(string name, string text)
    {
        var temporary = System.IO.Path.Combine(Directory.CreateDirectory(this[".new"]).FullName, $"{Interlocked.Increment(ref _count)}");
        File.WriteAllText(temporary, text);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.Move(temporary, this[name], overwrite: true);
    }

    public void Delete(string name) => File.Delete(this[name]);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
