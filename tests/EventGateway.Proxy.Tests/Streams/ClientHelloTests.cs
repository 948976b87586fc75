using System.Buffers;
using System.Net.Security;
using EventGateway.Proxy.Streams;
using EventGateway.Proxy.Tests.Fixtures;

namespace EventGateway.Proxy.Tests.Streams;

/// <summary>Against what a real TLS client sends, whole and in every kind of pieces.</summary>
public sealed class ClientHelloTests
{
    [Fact]
    public async Task Read_RealHello_NameOnlyWhenWhole()
    {
        var hello = await HelloAsync("Shop.Example");
        for (var length = 0; length < hello.Length; length++)
        {
            Assert.Equal(HelloResult.NotYet, ClientHello.Read(new ReadOnlySequence<byte>(hello, 0, length), out _));
        }

        Assert.Equal(HelloResult.Whole, ClientHello.Read(new ReadOnlySequence<byte>(hello), out var name));
        Assert.Equal("shop.example", name);
    }

    [Fact]
    public async Task Read_NoServerName_WholeAndEmpty()
    {
        var hello = await HelloAsync("");
        Assert.Equal(HelloResult.Whole, ClientHello.Read(new ReadOnlySequence<byte>(hello), out var name));
        Assert.Equal("", name);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task Read_InManyRecordsAndSegments_SameName(int recordSize)
    {
        var hello = await HelloAsync("shop.example");
        var records = hello[5..].Chunk(recordSize).SelectMany(c => new byte[] { 22, 3, 1, (byte)(c.Length >> 8), (byte)c.Length }.Concat(c)).ToArray();
        if (records.Length <= ClientHello.MaxLength)
        {
            Assert.Equal(HelloResult.Whole, ClientHello.Read(Pieces(records, 3), out var name));
            Assert.Equal("shop.example", name);
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n")]
    [InlineData("\u0016\u0002\u0001\0\u0005aaaaa")]
    [InlineData("\u0016\u0003\u0001\0\0")]
    [InlineData("\u0016\u0003\u0001\0\u0004\u0002\0\0\u0001")]
    [InlineData("\u0016\u0003\u0001\0\u0004\u0001\0\0\0")]
    [InlineData("\u0016\u0003\u0001\0\u0004\u0001ÿÿÿ")]
    public void Read_OtherProtocolOrBroken_NotTls(string received) =>
        Assert.Equal(HelloResult.NotTls, ClientHello.Read(new ReadOnlySequence<byte>(System.Text.Encoding.Latin1.GetBytes(received)), out _));

    [Fact]
    public async Task Read_RandomDamage_NeverThrows()
    {
        var hello = await HelloAsync("shop.example");
        var random = new Random(11);
        for (var i = 0; i < 20_000; i++)
        {
            var damaged = hello.ToArray();
            for (var n = random.Next(1, 6); n > 0; n--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            Assert.True(Enum.IsDefined(ClientHello.Read(new ReadOnlySequence<byte>(damaged), out var name)));
            Assert.NotNull(name);
        }
    }

    [Fact]
    public void Read_EndlessRecords_GivesUp()
    {
        byte[] record = [22, 3, 1, 0, 1, 1];
        var flood = Enumerable.Repeat(record, 4000).SelectMany(r => r).ToArray();
        Assert.Equal(HelloResult.NotTls, ClientHello.Read(new ReadOnlySequence<byte>(flood), out _));
    }

    private static async Task<byte[]> HelloAsync(string serverName)
    {
        await using var sent = new RecordingStream();
        await using var tls = new SslStream(sent);
        await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsClientAsync(serverName));
        return sent.Written;
    }

    private static ReadOnlySequence<byte> Pieces(byte[] bytes, int size)
    {
        var first = new Piece(bytes.AsMemory(0, Math.Min(size, bytes.Length)), null);
        var last = first;
        for (var start = size; start < bytes.Length; start += size)
        {
            last = new Piece(bytes.AsMemory(start, Math.Min(size, bytes.Length - start)), last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
