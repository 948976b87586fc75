using System.Text;
using EventGateway.Core.Image;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using EventGateway.Core.Wire;
using Xunit;

namespace EventGateway.Core.Tests.Wire;

/// <summary>
/// The bytes that builds of the first contract have written, read by today's build and written again by it. They are what lies in
/// people's logs: NEVER regenerate a file of Recorded. When the contract grows, keep what is there and add the next folder.
/// </summary>
public sealed class RecordedBytesTests
{
    private static readonly RecordVersion Version = new(3, 1007);

    public static TheoryData<string> EntityNames => [.. Entities.Keys];

    private static Dictionary<string, Entity> Entities => new()
    {
        ["listener"] = Samples.Listener(),
        ["route"] = Samples.Route(),
        ["backend"] = Samples.Backend(),
        ["endpoints"] = Samples.Endpoints(),
        ["certificate"] = Samples.Certificate(),
        ["feature"] = Samples.Feature(),
        ["unknown-kind"] = Samples.Unknown(),
    };

    private static Dictionary<string, Entity> SecondEntities => new()
    {
        ["listener"] = Samples.ListenerWithClients(),
        ["route"] = Samples.StreamRoute(),
        ["backend"] = Samples.BackendWithPolicies(),
        ["endpoints"] = Samples.EndpointsWithWeights(),
    };

    public static TheoryData<string> SecondEntityNames => [.. SecondEntities.Keys];

    [Theory]
    [MemberData(nameof(SecondEntityNames))]
    public void SecondVersion_Recorded_BothWays(string name)
    {
        var put = Assert.IsType<DecodedRecord.Put>(RecordCodec.Decode(Recorded(name, "v2")));

        Assert.True(put.Entity.BodyAsRead.IsEmpty);
        EntityAssert.Same(SecondEntities[name], put.Entity);
        AssertRecorded(name, Samples.Record(SecondEntities[name]), "v2");
    }

    [Theory]
    [MemberData(nameof(EntityNames))]
    public void Decode_RecordedEntity_IsTheEntity(string name)
    {
        var put = Assert.IsType<DecodedRecord.Put>(RecordCodec.Decode(Recorded(name)));

        Assert.Equal(Version, put.Version);
        Assert.Equal(Samples.Provenance, put.Provenance);
        Assert.True(put.Entity.BodyAsRead.IsEmpty);
        EntityAssert.Same(Entities[name], put.Entity);
    }

    [Theory]
    [MemberData(nameof(EntityNames))]
    public void Encode_Entity_IsTheRecordedBytes(string name) => AssertRecorded(name, Samples.Record(Entities[name]));

    [Fact]
    public void Certificate_Recorded_OpensWithTheRing()
    {
        var put = Assert.IsType<DecodedRecord.Put>(RecordCodec.Decode(Recorded("certificate")));
        var secret = Assert.IsType<SealedSecret>(Assert.IsType<Certificate>(put.Entity).PrivateKey);

        var opened = Samples.Ring.Open(secret, Samples.Shop, put.Entity.Key, out var fault);

        Assert.Null(fault);
        Assert.Equal(Samples.KeyPem, Encoding.UTF8.GetString(opened!.Value.Span));
    }

    [Theory]
    [InlineData("commit-change", CommitReason.Change)]
    [InlineData("commit-claim", CommitReason.Claim)]
    [InlineData("commit-heartbeat", CommitReason.Heartbeat)]
    public void Commit_Recorded_BothWays(string name, CommitReason reason)
    {
        var expected = Samples.Commit(reason);

        Assert.Equal(expected, Assert.IsType<DecodedRecord.Commit>(RecordCodec.Decode(Recorded(name))).Value);
        AssertRecorded(name, RecordCodec.Encode(expected));
    }

    [Fact]
    public void Removal_Recorded_BothWays()
    {
        var key = Samples.Route().Key;

        Assert.Equal(new DecodedRecord.Removal(key, new RecordVersion(3, 1008)), RecordCodec.Decode(Recorded("removal")));
        AssertRecorded("removal", Samples.Removal(key));
    }

    [Fact]
    public void HistoryEntry_Recorded_BothWays()
    {
        LogRecord[] records = [Samples.Record(Samples.Feature()), Samples.Removal(Samples.Route().Key)];

        var entry = HistoryCodec.Decode(Recorded("history-entry"));

        Assert.Equal(Samples.Commit() with { Origin = "" }, entry.Commit);
        Assert.Equal(records.Select(Text), entry.Records.Select(Text));
        AssertRecorded("history-entry", HistoryCodec.Encode(Samples.Commit(), records));
    }

    private static void AssertRecorded(string name, LogRecord record, string version = "v1") => Assert.Equal(File.ReadAllText(PathOf(name, version)), Text(record));

    private static LogRecord Recorded(string name, string version = "v1")
    {
        var lines = File.ReadAllLines(PathOf(name, version));
        if (lines[1] == "removal")
        {
            return new LogRecord(lines[0], null) { RemovalEpoch = long.Parse(lines[2], null), RemovalSequence = long.Parse(lines[3], null) };
        }

        return new LogRecord(lines[0], Convert.FromBase64String(string.Concat(lines[1..])));
    }

    /// <summary>A file holds the key in its first line, then the value as base64; or <c>removal</c>, epoch and sequence.</summary>
    private static string Text(LogRecord record) => record.Value is { } value
        ? $"{record.Key}\n{Convert.ToBase64String(value.Span, Base64FormattingOptions.InsertLineBreaks).ReplaceLineEndings("\n")}\n"
        : $"{record.Key}\nremoval\n{record.RemovalEpoch}\n{record.RemovalSequence}\n";

    private static string PathOf(string name, string version) => Path.Combine(AppContext.BaseDirectory, "Wire", "Recorded", version, name + ".txt");
}
