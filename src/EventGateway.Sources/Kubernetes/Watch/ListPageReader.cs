using System.Collections.Immutable;
using System.Text.Json;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>Reads a page of a list. One bad item harms nothing but itself.</summary>
internal static class ListPageReader
{
    /// <exception cref="JsonException">The page is not whole, or no list.</exception>
    public static ListPage Read(WatchedKind kind, ReadOnlySpan<byte> json, DateTimeOffset observedAt)
    {
        var items = ImmutableArray.CreateBuilder<DecodedObject>();
        var (version, next, hasItems) = ("", "", false);
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("expected a list");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("metadata"u8))
            {
                reader.Read();
                ReadMetadata(ref reader, ref version, ref next);
            }
            else if (reader.ValueTextEquals("items"u8))
            {
                hasItems = true;
                reader.Read();
                ReadItems(ref reader, kind, json, observedAt, items);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (reader.TokenType != JsonTokenType.EndObject || !hasItems || version.Length == 0)
        {
            throw new JsonException("the list is not whole: it lacks items, metadata.resourceVersion or its end");
        }

        return new ListPage(items.ToImmutable(), new ResourceVersion(version), next);
    }

    private static void ReadMetadata(ref Utf8JsonReader reader, ref string version, ref string next)
    {
        while (reader.TokenType != JsonTokenType.Null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isVersion, isNext) = (reader.ValueTextEquals("resourceVersion"u8), reader.ValueTextEquals("continue"u8));
            reader.Read();
            if (isVersion)
            {
                version = reader.GetString() ?? "";
            }
            else if (isNext)
            {
                next = reader.GetString() ?? "";
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void ReadItems(
        ref Utf8JsonReader reader, WatchedKind kind, ReadOnlySpan<byte> json, DateTimeOffset observedAt, ImmutableArray<DecodedObject>.Builder items)
    {
        // An empty list may be null.
        while (reader.TokenType != JsonTokenType.Null && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            items.Add(ObjectDecoder.Decode(kind, json[start..(int)reader.BytesConsumed], observedAt));
        }
    }
}
