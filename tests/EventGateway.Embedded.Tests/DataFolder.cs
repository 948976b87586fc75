namespace EventGateway.Embedded.Tests;

/// <summary>An empty folder that goes with the test.</summary>
internal sealed class DataFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("eventgateway-embedded-").FullName;

    public string Database => System.IO.Path.Combine(Path, "embedded.db");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
