using EventGateway.Core.Image;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Wire;
using Google.Protobuf;
using Xunit;
using V1 = EventGateway.Core.Wire.V1;

namespace EventGateway.Core.Tests.Wire;

public sealed class RecordCodecTests
{
    private static readonly string RouteKey = Samples.Route().Key.Text;

    [Fact]
    public void Decode_NewerSchema_IsRefusedWithTheUpgradeHint() =>
        AssertUnreadable(Altered(Samples.Route(), e => e.Schema = 2), "schema 2", "reads up to 1", "upgrade");

    [Fact]
    public void Decode_NoSchema_IsNoEnvelope()
    {
        var unreadable = AssertUnreadable(Altered(Samples.Route(), e => e.Schema = 0), "no envelope", "watcher puts it back");
        Assert.DoesNotContain("upgrade", unreadable.Reason, StringComparison.Ordinal);
        AssertUnreadable(new LogRecord(RouteKey, ReadOnlyMemory<byte>.Empty), "no envelope");
    }

    [Fact]
    public void Decode_WrongContentHash_IsRefused()
    {
        AssertUnreadable(Altered(Samples.Route(), e => e.Body = ByteString.CopyFromUtf8("x")), "hash", "watcher puts it back");
        AssertUnreadable(Altered(Samples.Route(), e => e.ContentHash = ByteString.CopyFrom(1, 2, 3)), "hash");
        AssertUnreadable(Altered(Samples.Route(), e => e.ContentHash = ByteString.Empty), "hash");
    }

    [Fact]
    public void Decode_EveryTruncation_IsRefused()
    {
        foreach (var record in new[] { Samples.Record(Samples.Route()), Samples.Record(Samples.Certificate()), RecordCodec.Encode(Samples.Commit()) })
        {
            for (var length = 0; length < record.Value!.Value.Length; length++)
            {
                AssertUnreadable(record with { Value = record.Value.Value[..length] });
            }
        }
    }

    [Fact]
    public void Decode_Garbage_NamesTheOffsetAndTheFix() =>
        AssertUnreadable(new LogRecord(RouteKey, "this is no envelope"u8.ToArray()) { Offset = 77 }, "offset 77", "watcher puts it back");

    [Fact]
    public void Decode_BodyThatIsNoSuchMessage_IsRefused() => AssertUnreadable(WithBody(Samples.Route(), [0xff, 0xff]), "watcher puts it back");

    [Fact]
    public void Decode_KindOtherThanTheKeys_IsRefused() =>
        AssertUnreadable(Samples.Record(Samples.Backend()) with { Key = RouteKey }, "Route", "kind 3", "watcher puts it back");

    [Fact]
    public void Decode_EntityUnderTheCommitKey_IsRefused()
    {
        AssertUnreadable(Samples.Record(Samples.Backend()) with { Key = RecordCodec.CommitKey });
        var commit = V1.Envelope.Parser.ParseFrom(RecordCodec.Encode(Samples.Commit()).Value!.Value.Span);
        commit.Kind = V1.Kind.Feature;
        AssertUnreadable(new LogRecord(RecordCodec.CommitKey, commit.ToByteArray()), "commit");
    }

    [Fact]
    public void Decode_CommitUnderAnEntitysKey_IsRefused() => AssertUnreadable(RecordCodec.Encode(Samples.Commit()) with { Key = RouteKey }, "kind 60");

    [Theory]
    [InlineData("")]
    [InlineData("route")]
    [InlineData("route/shop")]
    [InlineData("Route/shop/web/0")]
    [InlineData("!feature")]
    [InlineData("!else/x")]
    [InlineData("route/shop/a b/0")]
    public void Decode_BadKey_IsRefused(string key)
    {
        AssertUnreadable(Samples.Record(Samples.Route()) with { Key = key }, "grammar", "remove the record");
        AssertUnreadable(new LogRecord(key, null), "grammar");
    }

    [Fact]
    public void Decode_RemovalWithoutHeaders_IsRefused()
    {
        AssertUnreadable(new LogRecord(RouteKey, null), "removal", "watcher puts the record back");
        AssertUnreadable(new LogRecord(RouteKey, null) { RemovalEpoch = 1 });
        AssertUnreadable(new LogRecord(RouteKey, null) { RemovalSequence = 1 });
        AssertUnreadable(new LogRecord(RecordCodec.CommitKey, null) { RemovalEpoch = 1, RemovalSequence = 1 });
    }

    [Theory]
    [InlineData(ulong.MaxValue, 1UL)]
    [InlineData(1UL, ulong.MaxValue)]
    [InlineData(long.MaxValue, 1UL)]
    [InlineData(1UL, long.MaxValue)]
    public void Decode_VersionThatLeavesNoNext_IsRefused(ulong epoch, ulong sequence)
    {
        AssertUnreadable(Altered(Samples.Route(), e => (e.Epoch, e.Sequence) = (epoch, sequence)), "watcher puts it back");
        if (epoch <= long.MaxValue && sequence <= long.MaxValue)
        {
            AssertUnreadable(Samples.Removal(Samples.Route().Key, (long)epoch, (long)sequence));
        }
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue / 10)]
    [InlineData(-62135596800000001)]
    public void Decode_TimeThatIsNone_IsRefused(long microseconds)
    {
        AssertUnreadable(Altered(Samples.Route(), e => e.ObservedUnixUs = microseconds), "time", "watcher puts it back");
        AssertUnreadable(WithBody(Samples.Route(), new V1.Route { CreatedUnixUs = microseconds }.ToByteArray()), "time");
    }

    [Fact]
    public void Decode_BodyThatLacksWhatAnEntityNeeds_IsRefused()
    {
        AssertUnreadable(WithBody(Samples.Certificate(), new V1.Certificate { ChainPem = "x" }.ToByteArray()), "private key");
        AssertUnreadable(WithBody(Samples.Route(), new V1.Route { Matches = { new V1.RouteMatch() } }.ToByteArray()), "path");
        AssertUnreadable(WithBody(Samples.Route(), new V1.Route { Backends = { new V1.WeightedBackend { Backend = "x" } } }.ToByteArray()), "'x'");
        AssertUnreadable(WithBody(Samples.Feature(), new V1.Feature { Name = "headers", Level = 2 }.ToByteArray()), "headers");
    }

    [Fact]
    public void Encode_EqualEntities_GiveEqualBytes()
    {
        foreach (var (first, second) in Samples.All().Zip(Samples.All()))
        {
            Assert.NotSame(first, second);
            Assert.Equal(EntityCodec.Encode(first).ToArray(), EntityCodec.Encode(second).ToArray());
        }
    }

    [Fact]
    public void Encode_AnyFieldChanged_GivesOtherBytes()
    {
        var route = Samples.Route();
        Route[] others =
        [
            route with { Hosts = [.. route.Hosts.Reverse()] }, route with { Matches = route.Matches[..2] }, route with { Protocols = RouteProtocols.Http },
            route with { HttpsRedirectStatus = 426 }, route with { StripPath = false }, route with { PreserveHost = true },
            route with { Backends = [] }, route with { CreatedAt = null }, route with { Source = "" },
        ];

        Assert.Equal(others.Length + 1, others.Append(route).Select(r => ContentHash.Of(EntityCodec.Encode(r).Span)).Distinct().Count());
    }

    [Fact]
    public void Encode_PlainPrivateKey_Throws() => Assert.Throws<InvalidOperationException>(() => EntityCodec.Encode(Samples.PlainCertificate()));

    internal static LogRecord Altered(Entity entity, Action<V1.Envelope> alter)
    {
        var record = Samples.Record(entity);
        var envelope = V1.Envelope.Parser.ParseFrom(record.Value!.Value.Span);
        alter(envelope);
        return record with { Value = envelope.ToByteArray() };
    }

    /// <summary>A record whose envelope is sound and whose body is another.</summary>
    internal static LogRecord WithBody(Entity entity, byte[] body) => Altered(entity, e =>
    {
        var hash = new byte[ContentHash.Size];
        ContentHash.Of(body).Write(hash);
        (e.Body, e.ContentHash) = (ByteString.CopyFrom(body), ByteString.CopyFrom(hash));
    });

    private static DecodedRecord.Unreadable AssertUnreadable(LogRecord record, params string[] words)
    {
        var unreadable = Assert.IsType<DecodedRecord.Unreadable>(RecordCodec.Decode(record));
        Assert.Equal(record.Key, unreadable.Key);
        Assert.NotEmpty(unreadable.Reason);
        Assert.All(words, word => Assert.Contains(word, unreadable.Reason, StringComparison.Ordinal));
        return unreadable;
    }
}
