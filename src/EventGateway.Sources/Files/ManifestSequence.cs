using System.Text.Json;

namespace EventGateway.Sources.Files;

internal sealed class ManifestSequence(int line) : ManifestNode(line)
{
    public List<ManifestNode> Items { get; } = [];

    public override void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var item in Items)
        {
            item.WriteTo(writer);
        }

        writer.WriteEndArray();
    }
}
