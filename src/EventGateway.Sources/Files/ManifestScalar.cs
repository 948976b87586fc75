using System.Text.Json;

namespace EventGateway.Sources.Files;

/// <param name="kind">String, Number, True, False or Null.</param>
/// <param name="text">The value as written; for numbers in JSON's notation.</param>
internal sealed class ManifestScalar(int line, JsonValueKind kind, string text) : ManifestNode(line)
{
    public JsonValueKind Kind { get; } = kind;

    public string Text { get; } = text;

    public override void WriteTo(Utf8JsonWriter writer)
    {
        switch (Kind)
        {
            case JsonValueKind.String: writer.WriteStringValue(Text); break;
            case JsonValueKind.Number: writer.WriteRawValue(Text); break;
            case JsonValueKind.True or JsonValueKind.False: writer.WriteBooleanValue(Kind == JsonValueKind.True); break;
            default: writer.WriteNullValue(); break;
        }
    }
}
