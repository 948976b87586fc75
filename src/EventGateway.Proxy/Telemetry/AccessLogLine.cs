using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace EventGateway.Proxy.Telemetry;

/// <summary>
/// One entry as one line of JSON. Written by hand, as it costs every request: names are there as bytes, and text that needs no escapes, as almost all
/// does, is copied.
/// </summary>
internal static class AccessLogLine
{
    /// <summary>Names, punctuation and numbers.</summary>
    private const int BytesBesideText = 640;

    /// <summary><c>\uXXXX</c></summary>
    private const int MostBytesPerChar = 6;

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c is not ('"' or '\\'))]);

    public static void Write(ArrayBufferWriter<byte> output, in AccessLogEntry entry)
    {
        var line = output.GetSpan(MostBytesOf(entry));
        var at = 0;
        Time(line, ref at, entry.Time);
        Text(line, ref at, "\",\"method\":"u8, entry.Method);
        Text(line, ref at, ",\"scheme\":"u8, entry.Scheme);
        Text(line, ref at, ",\"host\":"u8, entry.Host);
        Text(line, ref at, ",\"path\":"u8, entry.Path);
        Text(line, ref at, ",\"query\":"u8, entry.Query);
        Number(line, ref at, ",\"status\":"u8, entry.Status);
        Number(line, ref at, ",\"bytesIn\":"u8, entry.BytesIn);
        Number(line, ref at, ",\"bytesOut\":"u8, entry.BytesOut);
        Milliseconds(line, ref at, ",\"durationMs\":"u8, entry.DurationMs);
        Milliseconds(line, ref at, ",\"upstreamMs\":"u8, entry.UpstreamMs);
        Number(line, ref at, ",\"attempts\":"u8, entry.Attempts);
        Text(line, ref at, ",\"clientIp\":"u8, entry.ClientIp);
        Text(line, ref at, ",\"workspace\":"u8, entry.Workspace);
        Text(line, ref at, ",\"route\":"u8, entry.Route?.Text);
        Text(line, ref at, ",\"backend\":"u8, entry.Backend);
        Text(line, ref at, ",\"endpoint\":"u8, entry.Endpoint);
        Text(line, ref at, ",\"position\":"u8, entry.Position);
        Text(line, ref at, ",\"requestId\":"u8, entry.RequestId);
        Text(line, ref at, ",\"traceId\":"u8, entry.TraceId);
        Text(line, ref at, ",\"protocol\":"u8, entry.Protocol);
        Bytes(line, ref at, "}\n"u8);
        output.Advance(at);
    }

    private static int MostBytesOf(in AccessLogEntry entry)
    {
        var chars = entry.Method.Length + entry.Scheme.Length + entry.Host.Length + entry.Path.Length + entry.Query.Length + entry.ClientIp.Length
            + entry.RequestId.Length + entry.TraceId.Length + entry.Protocol.Length + (entry.Workspace?.Length ?? 0) + (entry.Route?.Text.Length ?? 0)
            + (entry.Backend?.Length ?? 0) + (entry.Endpoint?.Length ?? 0) + (entry.Position?.Length ?? 0);
        return BytesBesideText + (MostBytesPerChar * chars);
    }

    private static void Time(Span<byte> line, ref int at, DateTimeOffset time)
    {
        Bytes(line, ref at, "{\"time\":\""u8);
        time.TryFormat(line[at..], out var written, "O", CultureInfo.InvariantCulture);
        at += written;
    }

    private static void Text(Span<byte> line, ref int at, ReadOnlySpan<byte> name, string? value)
    {
        Bytes(line, ref at, name);
        if (value is null)
        {
            Bytes(line, ref at, "null"u8);
            return;
        }

        line[at++] = (byte)'"';
        var text = value.AsSpan().ContainsAnyExcept(Plain) ? JavaScriptEncoder.Default.Encode(value) : value;
        at += Encoding.ASCII.GetBytes(text, line[at..]);
        line[at++] = (byte)'"';
    }

    private static void Number(Span<byte> line, ref int at, ReadOnlySpan<byte> name, long? value)
    {
        Bytes(line, ref at, name);
        if (value is { } number)
        {
            number.TryFormat(line[at..], out var written, default, CultureInfo.InvariantCulture);
            at += written;
        }
        else
        {
            Bytes(line, ref at, "null"u8);
        }
    }

    /// <summary>To the microsecond.</summary>
    private static void Milliseconds(Span<byte> line, ref int at, ReadOnlySpan<byte> name, double? value)
    {
        if (value is not { } milliseconds)
        {
            Number(line, ref at, name, null);
            return;
        }

        var microseconds = (long)Math.Round(Math.Max(0, milliseconds) * 1000);
        var (whole, rest) = Math.DivRem(microseconds, 1000);
        Number(line, ref at, name, whole);
        line[at++] = (byte)'.';
        line[at++] = (byte)('0' + (rest / 100));
        line[at++] = (byte)('0' + (rest / 10 % 10));
        line[at++] = (byte)('0' + (rest % 10));
    }

    private static void Bytes(Span<byte> line, ref int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(line[at..]);
        at += bytes.Length;
    }
}
