using System.Text.Json;

namespace EventGateway.Sources.Files;

internal sealed class ManifestMapping(int line) : ManifestNode(line)
{
    /// <summary>In the order of the text; no name occurs twice.</summary>
    public Dictionary<string, ManifestNode> Fields { get; } = new(StringComparer.Ordinal);

    /// <summary>The field's text; null when it is missing or no text.</summary>
    public string? Text(string name) => Fields.GetValueOrDefault(name) is ManifestScalar { Kind: JsonValueKind.String } scalar ? scalar.Text : null;

    public override void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in Fields)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }
}
