using System.Buffers;
using System.Net.Security;
using System.Security.Authentication;
using System.Text;
using CsCheck;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Tls;

namespace EventGateway.Proxy.Tests.Tls;

/// <summary>Against what real clients send, whole and in every kind of pieces, and against what nobody should send.</summary>
public sealed class ClientHelloReaderTests
{
    private static readonly byte[] Grease = [0x2a, 0x2a];

    [Fact]
    public async Task Read_HelloOfTls13_EverythingOffered()
    {
        var hello = Read(await HelloBytes.OfClientAsync("Shop.Example", SslProtocols.Tls13 | SslProtocols.Tls12));
        Assert.True(hello.OffersTls13 && hello.HasEcdsaSuite && hello.HasRsaSuite);
        const SignatureSchemes Expected = SignatureSchemes.EcdsaP256 | SignatureSchemes.EcdsaP384 | SignatureSchemes.RsaPss;
        Assert.Equal(Expected, hello.Schemes & Expected);
        Assert.Equal("shop.example", hello.ServerName);
    }

    [Theory]
    [InlineData(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, false, true)]
    [InlineData(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, true, false)]
    public async Task Read_HelloOfTls12_KeysBySuite(TlsCipherSuite suite, bool ecdsa, bool rsa)
    {
        var bytes = await HelloBytes.OfClientAsync("a.example", SslProtocols.Tls12, suite);
        var hello = Read(bytes);
        Assert.Equal((false, ecdsa, rsa), (hello.OffersTls13, hello.HasEcdsaSuite, hello.HasRsaSuite));
        Assert.Equal(ClientHelloState.Read, ClientHelloReader.Read(new ReadOnlySequence<byte>(bytes), _ => false, out var nothingSpoken));
        Assert.False(nothingSpoken!.HasEcdsaSuite || nothingSpoken.HasRsaSuite);
    }

    [Fact]
    public async Task Read_NoServerName_Empty() => Assert.Equal("", Read(await HelloBytes.OfClientAsync("")).ServerName);

    [Fact]
    public void Read_HelloWithoutExtensions_NothingKnown()
    {
        var hello = Read(HelloBytes.Record(HelloBytes.Message([3, 1, .. new byte[32], 0, 0, 2, 0, 0x2f, 1, 0])));
        Assert.Equal(("", false, null, true), (hello.ServerName, hello.OffersTls13, hello.Schemes, hello.HasRsaSuite));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(16 * 1024)]
    public async Task Read_EveryPrefixOfAHelloInRecords_AsksForMoreUntilItIsWhole(int recordSize)
    {
        var bytes = HelloBytes.InRecords(await HelloBytes.OfClientAsync("shop.example"), recordSize);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(ClientHelloState.Incomplete, StateOf(bytes[..length]));
        }

        Assert.Equal("shop.example", Read(bytes).ServerName);
    }

    [Fact]
    public async Task Read_AnyRecordsAndPieces_SameHello()
    {
        var bytes = await HelloBytes.OfClientAsync("shop.example");
        var whole = Read(bytes);
        Gen.Select(Gen.Int[1, 700], Gen.Int[1, 700]).Sample(
            (recordSize, pieceSize) =>
            {
                var state = ClientHelloReader.Read(HelloBytes.InPieces(HelloBytes.InRecords(bytes, recordSize), pieceSize), _ => true, out var hello);
                return state == ClientHelloState.Read && Text(hello) == Text(whole);
            },
            iter: 2_000);
    }

    [Fact]
    public void Read_MoreBehindTheHello_IsLeftAlone() =>
        Assert.Equal("a.example", Read([.. HelloBytes.Usual("a.example"u8.ToArray()), .. HelloBytes.Record([1], type: 20), .. HelloBytes.Record(new byte[20_000], type: 23)]).ServerName);

    [Fact]
    public void Read_ValuesNobodyKnows_ArePassedOver()
    {
        var hello = Read(HelloBytes.Of(
            [.. Grease, 0x13, 0x01, 0xc0, 0x2b],
            (0x2a2a, []), (HelloBytes.ServerName, HelloBytes.Vector([.. HelloBytes.Name([1, 2, 3], type: 7), .. HelloBytes.Name("a.example"u8.ToArray())])),
            (HelloBytes.SupportedVersions, HelloBytes.Short([.. Grease, 3, 4])), (HelloBytes.SignatureAlgorithms, HelloBytes.Vector([.. Grease, 4, 3])), (0xfafa, [0])));
        Assert.Equal(("a.example", true, true, false), (hello.ServerName, hello.OffersTls13, hello.HasEcdsaSuite, hello.HasRsaSuite));
        Assert.Equal(SignatureSchemes.Ecdsa | SignatureSchemes.EcdsaP256, hello.Schemes);
    }

    [Theory]
    [InlineData("A.Example.", "a.example")]
    [InlineData("a_b.example", "a_b.example")]
    [InlineData("", "")]
    [InlineData(".", "")]
    [InlineData("a b.example", "")]
    [InlineData("a\0.example", "")]
    [InlineData("ä.example", "")]
    public void Read_Names_AsRoutesHaveThem(string sent, string expected) => Assert.Equal(expected, Read(HelloBytes.Usual(Encoding.Latin1.GetBytes(sent))).ServerName);

    [Theory]
    [InlineData(253)]
    [InlineData(254)]
    public void Read_LongName_NoneBeyondWhatDnsHas(int length) =>
        Assert.Equal(length > 253 ? "" : new string('a', length), Read(HelloBytes.Usual([.. Enumerable.Repeat((byte)'a', length)])).ServerName);

    [Theory]
    [InlineData("G")]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n")]
    [InlineData("\u0016\u0002")]
    [InlineData("\u0016\u0003\u0001\0\0")]
    [InlineData("\u0016\u0003\u0001\u0040\u0001")]
    [InlineData("\u0016\u0003\u0001\0\u0001\u0002")]
    [InlineData("\u0016\u0003\u0001\0\u0004\u0002\0\0\u0001")]
    [InlineData("\u0016\u0003\u0001\0\u0004\u0001\0\0\0")]
    [InlineData("\u0016\u0003\u0001\0\u0004\u0001ÿÿÿ")]
    [InlineData("\u0016\u0003\u0001\0\u0001\u0001\u0017\u0003\u0003")]
    public void Read_OtherProtocolOrBroken_UnreadableAsSoonAsAByteTells(string received) => Assert.Equal(ClientHelloState.Unreadable, StateOf(Encoding.Latin1.GetBytes(received)));

    [Fact]
    public void Read_WhatMayStandThereOnce_TwiceIsUnreadable()
    {
        var name = HelloBytes.Name("a.example"u8.ToArray());
        (ushort, byte[]) names = (HelloBytes.ServerName, HelloBytes.Vector(name));
        (ushort, byte[]) versions = (HelloBytes.SupportedVersions, HelloBytes.Short([3, 4]));
        (ushort, byte[]) schemes = (HelloBytes.SignatureAlgorithms, HelloBytes.Vector([4, 3]));
        Assert.Equal(ClientHelloState.Read, StateOf(HelloBytes.Of([0x13, 0x01], names, versions, schemes)));
        foreach (var twice in new[] { names, versions, schemes })
        {
            Assert.Equal(ClientHelloState.Unreadable, StateOf(HelloBytes.Of([0x13, 0x01], names, versions, schemes, twice)));
        }

        Assert.Equal(ClientHelloState.Unreadable, StateOf(HelloBytes.Of([0x13, 0x01], (HelloBytes.ServerName, HelloBytes.Vector([.. name, .. name])))));
    }

    /// <summary>Each byte that tells a length, made larger and smaller; record and message keep theirs.</summary>
    [Fact]
    public void Read_LengthsThatLie_Unreadable()
    {
        var good = HelloBytes.Usual("a.example"u8.ToArray());
        (int At, string What)[] lengths =
        [
            (43, "session id"), (44, "suites"), (45, "suites"), (50, "compressions"), (52, "extensions"), (53, "extensions"), (56, "server_name"), (57, "server_name"),
            (58, "names"), (59, "names"), (61, "name"), (62, "name"), (74, "supported_versions"), (75, "supported_versions"), (76, "versions"),
            (83, "signature_algorithms"), (84, "signature_algorithms"), (85, "schemes"), (86, "schemes"),
        ];
        foreach (var (at, what) in lengths)
        {
            foreach (var value in new[] { good[at] + 1, good[at] - 1, 255, 0 }.Select(v => (byte)v).Where(v => v != good[at]))
            {
                var bad = (byte[])good.Clone();
                bad[at] = value;
                Assert.Equal((what, at, value, ClientHelloState.Unreadable), (what, at, value, StateOf(bad)));
            }
        }
    }

    [Fact]
    public void Read_EndlessRecords_GivesUp()
    {
        byte[] flood = [.. Enumerable.Repeat(HelloBytes.Record([1]), 4000).SelectMany(r => r)];
        Assert.Equal(ClientHelloState.Unreadable, StateOf(flood));
        byte[] slow = [.. HelloBytes.Record([1, 0, 0x3f, 0]), .. Enumerable.Repeat(HelloBytes.Record([0]), 4000).SelectMany(r => r)];
        Assert.Equal(ClientHelloState.Incomplete, StateOf(slow[..ClientHelloRecords.MaxLength]));
        Assert.Equal(ClientHelloState.Unreadable, StateOf(slow[..(ClientHelloRecords.MaxLength + 1)]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Read_LongestHello_ReadAndOneByteMoreIsNot(int more)
    {
        var around = HelloBytes.Of([0x13, 0x01], (21, [])).Length;
        Assert.Equal(more == 0 ? ClientHelloState.Read : ClientHelloState.Unreadable, StateOf(HelloBytes.Of([0x13, 0x01], (21, new byte[ClientHelloRecords.MaxLength - around + more]))));
    }

    [Fact]
    public void Read_AnyBytes_NeverThrows() => Gen.Byte.Array[0, 600].Sample(IsConsistent, iter: 20_000);

    [Fact]
    public void Read_AnyMessage_NeverThrows() => Gen.Byte.Array[0, 300].Sample(body => IsConsistent(HelloBytes.Record(HelloBytes.Message(body))), iter: 20_000);

    [Fact]
    public async Task Read_HelloWithAnyBytesChanged_NeverThrows()
    {
        var good = await HelloBytes.OfClientAsync("shop.example", SslProtocols.Tls13 | SslProtocols.Tls12);
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[1, 6].Sample(
            changes =>
            {
                var bytes = (byte[])good.Clone();
                foreach (var (at, value) in changes)
                {
                    bytes[at] = value;
                }

                return IsConsistent(bytes);
            },
            iter: 20_000);
    }

    /// <summary>There is a hello when it says so, and pieces make no difference.</summary>
    private static bool IsConsistent(byte[] bytes)
    {
        var state = ClientHelloReader.Read(new ReadOnlySequence<byte>(bytes), _ => true, out var hello);
        var again = ClientHelloReader.Read(HelloBytes.InPieces(bytes, 1), _ => true, out var inPieces);
        return state == ClientHelloState.Read == hello is not null && state == again && Text(hello) == Text(inPieces);
    }

    private static string Text(ClientHello? hello) =>
        hello is null ? "none" : $"'{hello.ServerName}' {hello.OffersTls13} {hello.Schemes} {hello.HasEcdsaSuite} {hello.HasRsaSuite}";

    private static ClientHelloState StateOf(byte[] bytes) => ClientHelloReader.Read(new ReadOnlySequence<byte>(bytes), _ => true, out _);

    private static ClientHello Read(byte[] bytes)
    {
        Assert.Equal(ClientHelloState.Read, ClientHelloReader.Read(new ReadOnlySequence<byte>(bytes), _ => true, out var hello));
        return hello!;
    }
}
