using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EventGateway.Sources.Files;

/// <summary>Reads a JSON document.</summary>
internal static partial class JsonNodeReader
{
    /// <returns>Null: the document is empty.</returns>
    /// <exception cref="ManifestSyntaxException">The text is not JSON.</exception>
    public static ManifestNode? Read(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = false });
        try
        {
            if (!reader.Read())
            {
                return null;
            }

            var lines = new LineCounter(bytes);
            var node = ReadNode(ref reader, lines);
            reader.Read();
            return node is ManifestScalar { Kind: JsonValueKind.Null } ? null : node;
        }
        catch (JsonException e)
        {
            throw new ManifestSyntaxException((int)(e.LineNumber ?? 0) + 1, $"this is not JSON: {Position().Replace(e.Message, "")}");
        }
    }

    private static ManifestNode ReadNode(ref Utf8JsonReader reader, LineCounter lines)
    {
        var line = lines.LineAt(reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadFields(ref reader, lines, new ManifestMapping(line));
            case JsonTokenType.StartArray:
                var sequence = new ManifestSequence(line);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    sequence.Items.Add(ReadNode(ref reader, lines));
                }

                return sequence;
            case JsonTokenType.String:
                return new ManifestScalar(line, JsonValueKind.String, reader.GetString()!);
            case JsonTokenType.Number:
                return new ManifestScalar(line, JsonValueKind.Number, Encoding.UTF8.GetString(reader.ValueSpan));
            case JsonTokenType.True:
                return new ManifestScalar(line, JsonValueKind.True, "true");
            case JsonTokenType.False:
                return new ManifestScalar(line, JsonValueKind.False, "false");
            default:
                return new ManifestScalar(line, JsonValueKind.Null, "null");
        }
    }

    private static ManifestMapping ReadFields(ref Utf8JsonReader reader, LineCounter lines, ManifestMapping mapping)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            var line = lines.LineAt(reader.TokenStartIndex);
            reader.Read();
            if (!mapping.Fields.TryAdd(name, ReadNode(ref reader, lines)))
            {
                throw new ManifestSyntaxException(line, $"the field '{name}' stands here twice");
            }
        }

        return mapping;
    }

    // The message counts lines from 0; ours say the line elsewhere.
    [GeneratedRegex(@" LineNumber: .*$")]
    private static partial Regex Position();

    /// <summary>Tokens come in order, so each byte is looked at once.</summary>
    private sealed class LineCounter(byte[] bytes)
    {
        private int _at;
        private int _line = 1;

        public int LineAt(long index)
        {
            _line += bytes.AsSpan(_at, (int)index - _at).Count((byte)'\n');
            _at = (int)index;
            return _line;
        }
    }
}
