using System.Buffers;
using System.Net.Security;
using System.Security.Authentication;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>What a TLS client says first: of a real one, or put together by hand.</summary>
internal static class HelloBytes
{
    public const ushort ServerName = 0;
    public const ushort SignatureAlgorithms = 13;
    public const ushort SupportedVersions = 43;

    /// <param name="suite">The only one to offer; null: the platform's choice.</param>
    public static async Task<byte[]> OfClientAsync(string serverName, SslProtocols versions = SslProtocols.None, TlsCipherSuite? suite = null)
    {
        await using var wire = new RecordingStream();
        await using var client = new SslStream(wire);
        await Assert.ThrowsAnyAsync<Exception>(() => client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = serverName,
            EnabledSslProtocols = versions,
#pragma warning disable CA1416 // Tests run where OpenSSL is.
            CipherSuitesPolicy = suite is { } only ? new CipherSuitesPolicy([only]) : null,
#pragma warning restore CA1416
        }));
        return wire.Written;
    }

    /// <summary>A hello in one record.</summary>
    public static byte[] Of(byte[] suites, params (ushort Type, byte[] Body)[] extensions) =>
        Record(Message([3, 3, .. new byte[32], .. Short([]), .. Vector(suites), .. Short([0]), .. Vector([.. extensions.SelectMany(e => (byte[])[.. Number(e.Type), .. Vector(e.Body)])])]));

    /// <summary>One that names a server, offers TLS 1.3 and takes ECDSA with P-256.</summary>
    public static byte[] Usual(byte[] name) => Of(
        [0x13, 0x01, 0xc0, 0x2b], (ServerName, Vector(Name(name))), (SupportedVersions, Short([3, 4, 3, 3])), (SignatureAlgorithms, Vector([4, 3])));

    public static byte[] Name(byte[] name, byte type = 0) => [type, .. Vector(name)];

    public static byte[] Message(byte[] body) => [1, (byte)(body.Length >> 16), .. Number((ushort)body.Length), .. body];

    public static byte[] Record(byte[] content, byte type = 22) => [type, 3, 1, .. Vector(content)];

    public static byte[] Short(byte[] content) => [(byte)content.Length, .. content];

    public static byte[] Vector(byte[] content) => [.. Number((ushort)content.Length), .. content];

    public static byte[] Number(ushort value) => [(byte)(value >> 8), (byte)value];

    /// <summary>The same message, cut into records.</summary>
    public static byte[] InRecords(byte[] hello, int size) => [.. hello[5..].Chunk(size).SelectMany(c => Record(c))];

    /// <summary>As it lies in memory when it has come in pieces.</summary>
    public static ReadOnlySequence<byte> InPieces(byte[] bytes, int size)
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
