using System.Security.Cryptography;
using CsCheck;
using EventGateway.Core.Image;
using EventGateway.Core.Loading.LastKnownGood;
using EventGateway.Core.Log;
using EventGateway.Core.Tests.Image;
using EventGateway.Core.Wire;
using Xunit;

namespace EventGateway.Core.Tests.Loading.LastKnownGood;

public sealed class LastKnownGoodFormatTests
{
    private const int HeadLength = 12;

    private static readonly DateTimeOffset Now = Samples.Created.AddDays(3);

    [Fact]
    public void Read_OfWhatWasWritten_IsTheSameImageAtTheSamePosition()
    {
        var image = AllKinds();
        var file = Read(Write(image));

        Assert.Null(file.Refusal);
        Assert.Equal(Now, file.WrittenAt);
        Assert.Equal(LogScript.Describe(image), LogScript.Describe(file.Image!));
        Assert.Equal(image.Position, file.Image!.Position);
        Assert.Equal(image.Entries.OrderBy(e => e.Entity.Key).Select(e => e.Provenance), file.Image.Entries.OrderBy(e => e.Entity.Key).Select(e => e.Provenance));
    }

    [Fact]
    public void Write_Certificate_KeepsItsKeySealed()
    {
        var bytes = Write(AllKinds());
        Assert.Equal(-1, bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(Samples.KeyPem.Split('\n')[1])));
        Assert.NotEqual(-1, bytes.AsSpan().IndexOf(EntityCodec.Encode(Samples.Certificate()).Span));
    }

    [Fact]
    public void Read_OfAnyLogsImage_IsIdentity() => LogScript.GenLog.Sample(records =>
    {
        var image = LogScript.Replay(records);
        var read = Read(Write(image)).Image!;
        Assert.Equal(LogScript.Describe(image), LogScript.Describe(read));
        Assert.Equal(image.Position, read.Position);
        Assert.Equal(0, ConfigDelta.Between(image, read).Count);
    });

    [Fact]
    public void Read_CutAnywhere_IsRefused()
    {
        var bytes = Write(AllKinds());
        for (var length = 0; length < bytes.Length; length++)
        {
            var file = Read(bytes[..length]);
            Assert.Null(file.Image);
            Assert.Equal(length switch { 0 => "it is empty", < HeadLength => "it is no last-known-good file", _ => "its checksum does not match: it was cut short or damaged" }, file.Refusal);
        }
    }

    [Fact]
    public void Read_AnyByteChanged_IsRefused()
    {
        var bytes = Write(AllKinds());
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 0x10;
            Assert.NotNull(Read(bytes).Refusal);
            bytes[i] ^= 0x10;
        }

        Assert.Null(Read(bytes).Refusal);
    }

    [Fact]
    public void Read_OfAnotherFormat_SaysWhich()
    {
        var bytes = Write(AllKinds());
        bytes[8] = 9;
        Assert.Equal("it has format 9, this build reads 1: another build has written it", Read(Sealed(bytes)).Refusal);
    }

    [Fact]
    public void Read_OfAnotherLog_IsRefused() => Assert.Equal(
        "it is of a/shop, not of the log its name says", LastKnownGoodFormat.Read("x", new LogName("a", "blog"), Write(AllKinds())).Refusal);

    [Fact]
    public void Read_RecordMissing_IsRefused()
    {
        // A file of an image that states more than it holds: its checksum is right all the same.
        var image = AllKinds();
        var delta = new ConfigDelta(image);
        delta.Remove(Samples.Route().Key);
        var (whole, less) = (Write(image), Write(delta.Apply(image.Position)));
        var commit = Commit(whole);
        Assert.Equal("it does not hold the image it states", Read(Sealed([.. less[..^(Commit(less).Length + 32)], .. commit, .. new byte[32]])).Refusal);
    }

    [Fact]
    public void Read_NonsenseWithARightChecksum_IsRefusedAndNeverThrows() => Gen.Byte.Array[0, 200].Sample(body =>
    {
        byte[] head = [.. Write(AllKinds())[..HeadLength]];
        Assert.NotNull(Read(Sealed([.. head, .. body, .. new byte[32]])).Refusal);
    });

    [Fact]
    public void Read_RightFileWithBytesChangedAndARightChecksum_NeverThrows()
    {
        var bytes = Write(AllKinds());
        Gen.Select(Gen.Int[HeadLength, bytes.Length - 33], Gen.Byte).Sample((at, value) =>
        {
            byte[] changed = [.. bytes];
            changed[at] = value;
            var file = Read(Sealed(changed));
            Assert.True(file.Refusal is null != file.Image is null);
        });
    }

    internal static ConfigImage AllKinds()
    {
        var delta = new ConfigDelta(ConfigImage.Empty);
        var sequence = 0;
        foreach (var entity in Samples.All())
        {
            var change = EntityCodec.ToChange(entity, Samples.Provenance);
            delta.Put(entity, change.Hash, new RecordVersion(3, ++sequence), change.Provenance);
        }

        return delta.Apply(new LogPosition(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"), 42, 3, 1009, 4711, Samples.Created.AddSeconds(1)));
    }

    private static byte[] Write(ConfigImage image)
    {
        using var stream = new MemoryStream();
        Assert.Equal(LastKnownGoodFormat.Write(stream, Samples.Shop, image, Now), stream.Length);
        return stream.ToArray();
    }

    private static LastKnownGoodFile Read(byte[] bytes) => LastKnownGoodFormat.Read("x", Samples.Shop, bytes);

    private static byte[] Sealed(byte[] bytes)
    {
        SHA256.HashData(bytes.AsSpan()[..^32], bytes.AsSpan()[^32..]);
        return bytes;
    }

    /// <summary>The bytes of the last record.</summary>
    private static byte[] Commit(byte[] bytes)
    {
        var at = bytes.AsSpan().LastIndexOf("\u0007!commit"u8);
        return bytes[at..^32];
    }
}
