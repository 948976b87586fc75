using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>
/// Reads of <c>managedFields</c>, which often is most of an object, only who wrote last: one entry with that name, or none.
/// </summary>
internal sealed class LatestManagerConverter : JsonConverter<IList<V1ManagedFieldsEntry>>
{
    public override IList<V1ManagedFieldsEntry>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return null;
        }

        string? manager = null;
        var latest = "";
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            var (name, time) = ReadEntry(ref reader);

            // Times of the API server are all in UTC and of one form: their text has their order.
            if (manager is null || string.CompareOrdinal(time, latest) >= 0)
            {
                (manager, latest) = (name, time);
            }
        }

        return manager is null ? null : [new V1ManagedFieldsEntry { Manager = manager }];
    }

    public override void Write(Utf8JsonWriter writer, IList<V1ManagedFieldsEntry> value, JsonSerializerOptions options) =>
        throw new NotSupportedException("What is read from the API is not written back.");

    private static (string Manager, string Time) ReadEntry(ref Utf8JsonReader reader)
    {
        var (manager, time) = ("", "");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isManager, isTime) = (reader.ValueTextEquals("manager"u8), reader.ValueTextEquals("time"u8));
            reader.Read();
            if (reader.TokenType == JsonTokenType.String && isManager)
            {
                manager = reader.GetString() ?? "";
            }
            else if (reader.TokenType == JsonTokenType.String && isTime)
            {
                time = reader.GetString() ?? "";
            }
            else
            {
                reader.Skip();
            }
        }

        return (manager, time);
    }
}
