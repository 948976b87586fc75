using System.Collections.Immutable;
using System.Globalization;
using Google.Protobuf;

namespace EventGateway.Tests.Tracing;

/// <summary>
/// Reads the fields that tests look at of an ExportTraceServiceRequest
/// (https://opentelemetry.io/docs/specs/otlp/; numbers as in opentelemetry.proto.trace.v1), and skips the rest.
/// </summary>
internal static class OtlpReader
{
    public static IEnumerable<ReceivedSpan> Spans(byte[] request) =>
        from resourceSpans in Fields(request).Where(f => f.Number == 1)
        let fields = Fields(resourceSpans.Bytes).ToList()
        let resource = fields.Where(f => f.Number == 1).SelectMany(f => Fields(f.Bytes)).Where(f => f.Number == 1).Select(f => Attribute(f.Bytes)).ToImmutableSortedDictionary()
        from scopeSpans in fields.Where(f => f.Number == 2)
        from span in Fields(scopeSpans.Bytes).Where(f => f.Number == 2)
        select Span(span.Bytes) with { Resource = resource };

    private static ReceivedSpan Span(byte[] bytes)
    {
        var fields = Fields(bytes).ToList();
        var status = fields.Where(f => f.Number == 15).SelectMany(f => Fields(f.Bytes)).FirstOrDefault(f => f.Number == 3);
        return new ReceivedSpan(Hex(fields, 1), Hex(fields, 2), Hex(fields, 4), Text(fields, 3), Text(fields, 5), (int)fields.FirstOrDefault(f => f.Number == 6).Value)
        {
            Attributes = fields.Where(f => f.Number == 9).Select(f => Attribute(f.Bytes)).ToImmutableSortedDictionary(),
            Links = [.. fields.Where(f => f.Number == 13).Select(f => Fields(f.Bytes).ToList()).Select(l => (Hex(l, 1), Hex(l, 2)))],
            Status = (int)status.Value,
            Nanoseconds = fields.First(f => f.Number == 8).Value - fields.First(f => f.Number == 7).Value,
        };
    }

    private static KeyValuePair<string, string> Attribute(byte[] bytes)
    {
        var fields = Fields(bytes).ToList();
        var value = Fields(fields.First(f => f.Number == 2).Bytes).Single();
        return new KeyValuePair<string, string>(Text(fields, 1), value.Number switch
        {
            1 => System.Text.Encoding.UTF8.GetString(value.Bytes),
            2 => value.Value == 0 ? "false" : "true",
            3 => ((long)value.Value).ToString(CultureInfo.InvariantCulture),
            4 => BitConverter.UInt64BitsToDouble(value.Value).ToString(CultureInfo.InvariantCulture),
            _ => $"field {value.Number}",
        });
    }

    private static string Text(List<(int Number, ulong Value, byte[] Bytes)> fields, int number) =>
        System.Text.Encoding.UTF8.GetString(fields.FirstOrDefault(f => f.Number == number).Bytes ?? []);

    private static string Hex(List<(int Number, ulong Value, byte[] Bytes)> fields, int number) =>
        Convert.ToHexStringLower(fields.FirstOrDefault(f => f.Number == number).Bytes ?? []);

    private static IEnumerable<(int Number, ulong Value, byte[] Bytes)> Fields(byte[] message)
    {
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is not 0 and var tag)
        {
            var number = WireFormat.GetTagFieldNumber(tag);
            yield return WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => (number, input.ReadUInt64(), []),
                WireFormat.WireType.Fixed64 => (number, input.ReadFixed64(), []),
                WireFormat.WireType.Fixed32 => (number, input.ReadFixed32(), []),
                _ => (number, 0, input.ReadBytes().ToByteArray()),
            };
        }
    }
}
