using EventGateway.Core.Image;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Wire;
using Google.Protobuf;
using Xunit;
using V1 = EventGateway.Core.Wire.V1;

namespace EventGateway.Core.Tests.Wire;

/// <summary>What a newer writer says is kept, hashed, counted and passed on byte for byte.</summary>
public sealed class UnknownFieldsTests
{
    // Field 900, varint 7; then field 901, the text "later".
    private static readonly byte[] Later = [0xa0, 0x38, 0x07, 0xaa, 0x38, 0x05, .. "later"u8];

    public static TheoryData<string, byte[]> Bodies
    {
        get
        {
            var data = new TheoryData<string, byte[]>();
            foreach (var entity in Samples.All().Where(e => e is not OpaqueEntity))
            {
                data.Add(entity.Key.Text, [.. EntityCodec.Encode(entity).Span, .. Later]);
            }

            var path = Nested(1, new V1.PathMatch { Value = "/x" }.ToByteArray());
            data.Add(Samples.Route().Key.Text, [.. new V1.Route { Protocols = 3 }.ToByteArray(), .. Nested(2, [.. path])]);
            data.Add(Samples.Endpoints().Key.Text, [.. new V1.Endpoints { Group = "shop/cart" }.ToByteArray(), .. Nested(2, new V1.EndpointAddress { Address = "10.0.0.9" }.ToByteArray())]);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Decode_UnknownField_SurvivesAndIsCounted(string key, byte[] body)
    {
        var record = RecordCodecTests.WithBody(Samples.All().First(e => e.Key.Text == key), body);

        var put = Assert.IsType<DecodedRecord.Put>(RecordCodec.Decode(record));
        var image = ImageOf(put);

        Assert.Equal(body, EntityCodec.Encode(put.Entity).ToArray());
        Assert.Equal(record.Value!.Value.ToArray(), RecordCodec.Encode(EntityCodec.ToChange(put.Entity, put.Provenance), put.Version).Value!.Value.ToArray());
        Assert.Equal(1, image.PartlyReadCount);
        Assert.Empty(image.Unknown);
        Assert.Equal(ImageHash.Empty.Add(put.Entity.Key, ContentHash.Of(body)), image.Hash);
    }

    [Fact]
    public void Decode_UnknownKind_SurvivesAndIsCounted()
    {
        var record = Samples.Record(Samples.Unknown());

        var put = Assert.IsType<DecodedRecord.Put>(RecordCodec.Decode(record));
        var image = ImageOf(put);

        Assert.Equal(6, Assert.IsType<OpaqueEntity>(put.Entity).WireKind);
        Assert.Equal(record.Value!.Value.ToArray(), RecordCodec.Encode(EntityCodec.ToChange(put.Entity, put.Provenance), put.Version).Value!.Value.ToArray());
        Assert.Single(image.Unknown);
        Assert.Equal(0, image.PartlyReadCount);
        Assert.Equal(1, image.Count);
    }

    [Fact]
    public void Decode_FieldsInAnotherOrder_AreKeptAsWritten()
    {
        byte[] first = new V1.Feature { Name = "weights" }.ToByteArray(), second = new V1.Feature { Level = 2 }.ToByteArray();
        byte[] body = [.. second, .. first];

        var put = Assert.IsType<DecodedRecord.Put>(RecordCodec.Decode(RecordCodecTests.WithBody(Samples.Feature(), body)));

        Assert.Equal(2, Assert.IsType<Feature>(put.Entity).Level);
        Assert.Equal(body, EntityCodec.Encode(put.Entity).ToArray());
    }

    [Fact]
    public void PartlyReadCount_EntityReplacedOrRemoved_GoesBack()
    {
        byte[] body = [.. EntityCodec.Encode(Samples.Backend()).Span, .. Later];
        var put = Assert.IsType<DecodedRecord.Put>(RecordCodec.Decode(RecordCodecTests.WithBody(Samples.Backend(), body)));
        var image = ImageOf(put);

        var replaced = new ConfigDelta(image);
        replaced.Put(Samples.Backend(), ContentHash.Of(EntityCodec.Encode(Samples.Backend()).Span), new RecordVersion(9, 9), Provenance.None);
        var removed = new ConfigDelta(image);
        removed.Remove(Samples.Backend().Key);

        Assert.Equal(0, replaced.Apply(LogPosition.None).PartlyReadCount);
        Assert.Equal(0, removed.Apply(LogPosition.None).PartlyReadCount);
    }

    private static ConfigImage ImageOf(DecodedRecord.Put put)
    {
        var delta = new ConfigDelta(ConfigImage.Empty);
        delta.Put(put.Entity, put.Hash, put.Version, put.Provenance);
        return delta.Apply(LogPosition.None);
    }

    /// <summary>A nested message with unknown fields behind its own.</summary>
    private static byte[] Nested(int field, byte[] message)
    {
        byte[] content = [.. message, .. Later];
        return [(byte)((field << 3) | 2), (byte)content.Length, .. content];
    }
}
