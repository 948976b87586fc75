using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using EventGateway.Core.Log;

namespace EventGateway.Kafka;

/// <summary>A removal has no value to carry its sequence and epoch; these headers do, as decimal ASCII. Records with a value have none.</summary>
internal static class RemovalHeaders
{
    public const string Sequence = "eg-sequence";
    public const string Epoch = "eg-epoch";

    public static Headers? Of(LogRecord record)
    {
        if (record.Value is not null || (record.RemovalSequence is null && record.RemovalEpoch is null))
        {
            return null;
        }

        var headers = new Headers();
        Add(headers, Sequence, record.RemovalSequence);
        Add(headers, Epoch, record.RemovalEpoch);
        return headers;
    }

    /// <summary>Null when the header is missing or is not a number.</summary>
    public static long? Read(Headers? headers, string name) =>
        headers is not null && headers.TryGetLastBytes(name, out var bytes) && bytes is not null
        && Utf8Parser.TryParse(bytes, out long number, out var used) && used == bytes.Length
            ? number
            : null;

    private static void Add(Headers headers, string name, long? number)
    {
        if (number is { } n)
        {
            headers.Add(name, Encoding.ASCII.GetBytes(n.ToString(CultureInfo.InvariantCulture)));
        }
    }
}
