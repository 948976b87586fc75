using System.Buffers;
using System.Text.Json;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>One line of a watch.</summary>
/// <param name="Object">Of a bookmark, only its version says anything; null for an error.</param>
/// <param name="Fault">For an error, what it is.</param>
internal sealed record WatchEvent(WatchEventType Type, DecodedObject? Object, ApiException? Fault)
{
    /// <exception cref="JsonException">The line is none of a watch.</exception>
    public static WatchEvent Read(WatchedKind kind, ReadOnlySequence<byte> line, DateTimeOffset observedAt)
    {
        if (line.IsSingleSegment)
        {
            return Read(kind, line.FirstSpan, observedAt);
        }

        var length = checked((int)line.Length);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            line.CopyTo(rented);
            return Read(kind, rented.AsSpan(0, length), observedAt);
        }
        finally
        {
            // It may have held a key.
            ArrayPool<byte>.Shared.Return(rented, clearArray: kind == WatchedKinds.Secret);
        }
    }

    private static WatchEvent Read(WatchedKind kind, ReadOnlySpan<byte> line, DateTimeOffset observedAt)
    {
        var type = WatchEventType.Other;
        ReadOnlySpan<byte> item = default;
        var reader = new Utf8JsonReader(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("expected an event");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isType, isObject) = (reader.ValueTextEquals("type"u8), reader.ValueTextEquals("object"u8));
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (isType)
            {
                type = TypeOf(ref reader);
            }

            reader.Skip();
            if (isObject)
            {
                item = line[start..(int)reader.BytesConsumed];
            }
        }

        return type switch
        {
            WatchEventType.Error => new WatchEvent(type, null, ApiStatus.ToFault(item, "the watch")),
            WatchEventType.Other => new WatchEvent(type, null, null),
            _ => new WatchEvent(type, ObjectDecoder.Decode(kind, item, observedAt), null),
        };
    }

    private static WatchEventType TypeOf(ref Utf8JsonReader reader) =>
        reader.TokenType != JsonTokenType.String ? WatchEventType.Other
        : reader.ValueTextEquals("ADDED"u8) ? WatchEventType.Added
        : reader.ValueTextEquals("MODIFIED"u8) ? WatchEventType.Modified
        : reader.ValueTextEquals("DELETED"u8) ? WatchEventType.Deleted
        : reader.ValueTextEquals("BOOKMARK"u8) ? WatchEventType.Bookmark
        : reader.ValueTextEquals("ERROR"u8) ? WatchEventType.Error
        : WatchEventType.Other;
}
