using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EventGateway.Proxy.Telemetry;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Telemetry;

public sealed class AccessLogLineTests
{
    [Theory]
    [InlineData("/plain?a=1&b='2'<3>+`4`")]
    [InlineData("/\"quoted\"\\")]
    [InlineData("/line\r\nbreak\t\0\u007f")]
    [InlineData("/ü€😀")]
    [InlineData("")]
    public void Write_AnyText_OneLineThatReadsBackTheSame(string text)
    {
        var line = LineOf(EntryOf(text));
        Assert.Equal(text, JsonDocument.Parse(line).RootElement.GetProperty("path").GetString());
        Assert.EndsWith("}\n", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line[..^1], c => c is < ' ' or > '~');
    }

    [Fact]
    public void Write_HalfACharacter_IsReplaced()
    {
        Assert.Equal("/\ufffdx", JsonDocument.Parse(LineOf(EntryOf("/\ud83dx"))).RootElement.GetProperty("path").GetString());
    }

    [Fact]
    public void Write_TextOfEscapesOnly_HasRoom()
    {
        var text = new string('\u0001', 100_000);
        Assert.Equal(text, JsonDocument.Parse(LineOf(EntryOf(text))).RootElement.GetProperty("path").GetString());
    }

    [Theory]
    [InlineData(0, "0.000")]
    [InlineData(-1, "0.000")]
    [InlineData(0.0004, "0.000")]
    [InlineData(0.0016, "0.002")]
    [InlineData(1.0299, "1.030")]
    [InlineData(86_400_000.25, "86400000.250")]
    public void Write_Duration_ToTheMicrosecond(double milliseconds, string expected)
    {
        var entry = EntryOf("/");
        entry.DurationMs = milliseconds;
        var read = JsonDocument.Parse(LineOf(entry)).RootElement;
        Assert.Equal(expected, read.GetProperty("durationMs").GetRawText());
        Assert.Equal(JsonValueKind.Null, read.GetProperty("upstreamMs").ValueKind);
    }

    [Fact]
    public void Write_LargestNumbers_HaveRoom()
    {
        var entry = EntryOf("/");
        (entry.Status, entry.BytesIn, entry.BytesOut, entry.DurationMs, entry.UpstreamMs, entry.Attempts) = (int.MinValue, long.MinValue, long.MaxValue, 9e12, 9e12, int.MaxValue);
        var read = JsonDocument.Parse(LineOf(entry)).RootElement;
        Assert.Equal(long.MinValue, read.GetProperty("bytesIn").GetInt64());
        Assert.Equal(long.MaxValue, read.GetProperty("bytesOut").GetInt64());
    }

    [Fact]
    public void Write_Time_ReadsBackTheSame()
    {
        var read = JsonDocument.Parse(LineOf(EntryOf("/"))).RootElement;
        Assert.Equal(Config.Epoch, DateTimeOffset.Parse(read.GetProperty("time").GetString()!, CultureInfo.InvariantCulture));
    }

    private static AccessLogEntry EntryOf(string path) => new()
    {
        Time = Config.Epoch, Protocol = "HTTP/1.1", Method = "GET", Scheme = "http", Host = "x", Path = path, Query = "", ClientIp = "127.0.0.1", RequestId = "", TraceId = "",
    };

    private static string LineOf(AccessLogEntry entry)
    {
        var output = new ArrayBufferWriter<byte>();
        AccessLogLine.Write(output, entry);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
