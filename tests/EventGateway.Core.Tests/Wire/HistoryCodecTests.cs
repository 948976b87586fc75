using EventGateway.Core.Log;
using EventGateway.Core.Wire;
using Google.Protobuf;
using Xunit;
using V1 = EventGateway.Core.Wire.V1;

namespace EventGateway.Core.Tests.Wire;

public sealed class HistoryCodecTests
{
    [Fact]
    public void Encode_KeyIsTheCommitNumber() => Assert.Equal("42", HistoryCodec.Encode(Samples.Commit(), []).Key);

    [Fact]
    public void Decode_Entry_GivesRecordsThatDecodeAsInTheLog()
    {
        LogRecord[] records = [.. Samples.All().Select(e => Samples.Record(e)), Samples.Removal(Samples.Route().Key)];

        var entry = HistoryCodec.Decode(HistoryCodec.Encode(Samples.Commit(), records));

        Assert.Equal(records.Select(r => r.Key), entry.Records.Select(r => r.Key));
        Assert.Equal(records.Select(r => r.Value is { } v ? Convert.ToHexString(v.Span) : null), entry.Records.Select(r => r.Value is { } v ? Convert.ToHexString(v.Span) : null));
        Assert.Equal(new DecodedRecord.Removal(Samples.Route().Key, new Core.Image.RecordVersion(3, 1008)), RecordCodec.Decode(entry.Records[^1]));
    }

    [Fact]
    public void Decode_NoEntry_IsAFormatException()
    {
        Assert.Throws<FormatException>(() => HistoryCodec.Decode(new LogRecord("1", null)));
        Assert.Throws<FormatException>(() => HistoryCodec.Decode(new LogRecord("1", "garbage"u8.ToArray())));
        Assert.Throws<FormatException>(() => HistoryCodec.Decode(new LogRecord("1", new V1.HistoryEntry().ToByteArray())));
        var beyond = V1.HistoryEntry.Parser.ParseFrom(HistoryCodec.Encode(Samples.Commit(), []).Value!.Value.Span);
        beyond.Epoch = ulong.MaxValue;
        Assert.Throws<FormatException>(() => HistoryCodec.Decode(new LogRecord("1", beyond.ToByteArray())));
    }
}
