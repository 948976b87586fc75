using System.Net.Security;
using System.Security.Authentication;
using CsCheck;
using EventGateway.Proxy.Tls;

namespace EventGateway.Proxy.Tests.Tls;

public sealed class ClientHelloReaderTests
{
    [Fact]
    public async Task Read_HelloOfTls13_EverythingOffered()
    {
        var hello = Read(await HelloAsync(SslProtocols.Tls13 | SslProtocols.Tls12, null));
        Assert.True(hello.OffersTls13 && hello.HasEcdsaSuite && hello.HasRsaSuite);
        const SignatureSchemes Expected = SignatureSchemes.EcdsaP256 | SignatureSchemes.EcdsaP384 | SignatureSchemes.RsaPss;
        Assert.Equal(Expected, hello.Schemes & Expected);
    }

    [Theory]
    [InlineData(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, false, true)]
    [InlineData(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, true, false)]
    public async Task Read_HelloOfTls12_KeysBySuite(TlsCipherSuite suite, bool ecdsa, bool rsa)
    {
        var bytes = await HelloAsync(SslProtocols.Tls12, suite);
        var hello = Read(bytes);
        Assert.Equal((false, ecdsa, rsa), (hello.OffersTls13, hello.HasEcdsaSuite, hello.HasRsaSuite));
        Assert.Equal(ClientHelloState.Read, ClientHelloReader.Read(bytes, _ => false, out var nothingSpoken));
        Assert.False(nothingSpoken!.HasEcdsaSuite || nothingSpoken.HasRsaSuite);
    }

    [Fact]
    public async Task Read_EveryPrefix_AsksForMore()
    {
        var bytes = await HelloAsync(SslProtocols.Tls13, null);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(ClientHelloState.Incomplete, ClientHelloReader.Read(bytes.AsSpan(0, length), _ => true, out _));
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("\u0016\u0002\u0001\u0000\u0005")]
    [InlineData("\u0016\u0003\u0001\u0000\u0000")]
    [InlineData("\u0016\u0003\u0001\u0000\u0001\u0001")]
    [InlineData("\u0016\u0003\u0001\u0000\u0004\u0001\u0000\u0000\u0001")]
    public void Read_NoHello_Unreadable(string text) =>
        Assert.Equal(ClientHelloState.Unreadable, ClientHelloReader.Read(System.Text.Encoding.Latin1.GetBytes(text), _ => true, out _));

    [Fact]
    public void Read_AnyBytes_NeverThrowsNorAsksForMoreThanARecord() =>
        Gen.Byte.Array[0, 600].Sample(bytes => ClientHelloReader.Read(bytes, _ => true, out var hello) == ClientHelloState.Read == hello is not null, iter: 20_000);

    [Fact]
    public async Task Read_HelloWithAnyBytesChanged_NeverThrows()
    {
        var good = await HelloAsync(SslProtocols.Tls13 | SslProtocols.Tls12, null);
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[1, 6].Sample(
            changes =>
            {
                var bytes = (byte[])good.Clone();
                foreach (var (at, value) in changes)
                {
                    bytes[at] = value;
                }

                // The record's own length still tells how much there is.
                return ClientHelloReader.Read(bytes, _ => true, out var hello) == ClientHelloState.Read == hello is not null;
            },
            iter: 50_000);
    }

    private static ClientHello Read(byte[] bytes)
    {
        Assert.Equal(ClientHelloState.Read, ClientHelloReader.Read(bytes, _ => true, out var hello));
        return hello!;
    }

    /// <summary>The first bytes that a real client sends.</summary>
    private static async Task<byte[]> HelloAsync(SslProtocols versions, TlsCipherSuite? suite)
    {
        using var wire = new HelloCapture();
        await using var client = new SslStream(wire);
        await Assert.ThrowsAnyAsync<Exception>(() => client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "a.example",
            EnabledSslProtocols = versions,
#pragma warning disable CA1416 // Tests run where OpenSSL is.
            CipherSuitesPolicy = suite is { } only ? new CipherSuitesPolicy([only]) : null,
#pragma warning restore CA1416
        }));
        return wire.ToArray();
    }

    /// <summary>A wire whose other end is gone: keeps what is written, and has nothing to read.</summary>
    private sealed class HelloCapture : MemoryStream
    {
        private bool _isOver;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_isOver)
            {
                Write(buffer.Span);
            }

            return ValueTask.CompletedTask;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _isOver = true;
            return ValueTask.FromResult(0);
        }
    }
}
