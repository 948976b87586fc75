using System.Text.Json;

namespace EventGateway.Sources.Files;

/// <summary>A piece of a manifest that knows its line: what YAML and JSON have in common.</summary>
/// <param name="line">From 1, within the document.</param>
internal abstract class ManifestNode(int line)
{
    public int Line { get; } = line;

    public abstract void WriteTo(Utf8JsonWriter writer);
}
