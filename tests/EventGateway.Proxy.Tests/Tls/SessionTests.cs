using System.Net.Security;
using EventGateway.Proxy.Tests.Fixtures;
using EventGateway.Proxy.Tls;

namespace EventGateway.Proxy.Tests.Tls;

/// <summary>
/// What becomes of clients' sessions. The platform holds the keys of its tickets certificate by certificate: surely while a connection with that
/// certificate is open; without one until the number of certificates that it remembers, over the whole process, comes to a multiple of 32.
/// </summary>
public sealed class SessionTests : IDisposable
{
    private const int Remembered = 32;
    private readonly TestAuthority _authority = new("test");
    private readonly string _session = Path.Combine(Path.GetTempPath(), $"session-{Guid.NewGuid():N}");

    public void Dispose() => File.Delete(_session);

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Resume_WhileAConnectionIsOpen_WhateverOtherNamesDo(string version)
    {
        Assert.SkipUnless(OpenSsl.IsThere, OpenSsl.Absent);
        await using var gateway = await CertificateChoiceTests.StartAsync();
        var log = gateway.Log();
        log.Put(_authority.Entity("a", ["a.example"]), _authority.Entity("b", ["b.example"]));
        await using var open = await TlsClient.ConnectAsync(gateway.HttpsPort, "a.example");
        Is("New", "a", await BeginAsync(gateway, version));
        Is("Reused", "a", await ResumeAsync(gateway, version));

        // Other names' certificates are swapped, more often than the platform remembers.
        await SwapOtherAsync(gateway, log, 2 * Remembered);
        Is("Reused", "a", await ResumeAsync(gateway, version));

        // Its own is swapped: a whole handshake, with the new one, and no failure.
        log.Put(_authority.Entity("a", ["a.example"], subject: "new-a"));
        Is("New", "new-a", await ResumeAsync(gateway, version));
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task Resume_NoConnectionOpenAndManyOtherCertificates_IsAWholeHandshake(string version)
    {
        Assert.SkipUnless(OpenSsl.IsThere, OpenSsl.Absent);
        await using var gateway = await CertificateChoiceTests.StartAsync();
        var log = gateway.Log();
        log.Put(_authority.Entity("a", ["a.example"]), _authority.Entity("b", ["b.example"]));
        Is("New", "a", await BeginAsync(gateway, version));

        // Other tests count, too: how many more it takes is not to be known. Once this fails the guide can promise more.
        string output;
        var swaps = 0;
        do
        {
            await SwapOtherAsync(gateway, log, Remembered);
            output = await ResumeAsync(gateway, version);
        }
        while (output.Contains("Reused, TLS", StringComparison.Ordinal) && ++swaps < 16);
        Is("New", "a", output);
    }

    [Fact]
    public async Task Resume_WithNamedSuites_IsNotDoneByThePlatform()
    {
        Assert.SkipUnless(OpenSsl.IsThere, OpenSsl.Absent);
        await using var gateway = await CertificateChoiceTests.StartAsync(new TlsOptions { Ciphers = [TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384] });
        await BeginAsync(gateway, "-tls1_2");

        // Once this fails the reference can take back what it says about --tls-ciphers.
        var again = File.Exists(_session) ? await ResumeAsync(gateway, "-tls1_2") : "New, TLS";
        Assert.Contains("New, TLS", again, StringComparison.Ordinal);
    }

    private Task<string> BeginAsync(GatewayHost gateway, string version) => OpenSsl.ClientAsync(gateway.HttpsPort, "a.example", version, "-sess_out", _session);

    private Task<string> ResumeAsync(GatewayHost gateway, string version) => OpenSsl.ClientAsync(gateway.HttpsPort, "a.example", version, "-sess_in", _session);

    private async Task SwapOtherAsync(GatewayHost gateway, TestLog log, int times)
    {
        for (var i = 0; i < times; i++)
        {
            log.Put(_authority.Entity("b", ["b.example"], subject: $"b{i}"));
            Assert.Equal($"CN=b{i}", await TlsClient.SubjectAsync(gateway.HttpsPort, "b.example"));
        }
    }

    private static void Is(string handshake, string subject, string output)
    {
        Assert.Contains($"{handshake}, TLS", output, StringComparison.Ordinal);
        Assert.Contains($"subject=CN = {subject}\n", output, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 404", output, StringComparison.Ordinal);
    }
}
