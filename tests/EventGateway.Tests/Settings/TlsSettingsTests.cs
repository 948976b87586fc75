using System.Net.Security;
using System.Security.Authentication;
using EventGateway.Settings;

namespace EventGateway.Tests.Settings;

public sealed class TlsSettingsTests
{
    [Theory]
    [InlineData("tls-min-version", "1.1", "--tls-min-version: '1.1' is not one of 1.2, 1.3")]
    [InlineData("tls-ciphers", "RC4-SHA,AES128-SHA,NONE", "--tls-ciphers: 'RC4-SHA', 'NONE' are no cipher suites offered here; use names like TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 or ECDHE-RSA-AES128-GCM-SHA256")]
    [InlineData("tls-ciphers", "TLS_RSA_WITH_NULL_SHA256", "--tls-ciphers: 'TLS_RSA_WITH_NULL_SHA256' is no cipher suite offered here; use names like TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 or ECDHE-RSA-AES128-GCM-SHA256")]
    public void Read_WrongValue_IsNamed(string name, string value, string expected)
    {
        var probe = new SettingsProbe(flags: new() { [name] = [value] });
        TlsSettings.Read(probe.Reader);
        Assert.Equal([expected], probe.Faults);
    }

    [Fact]
    public void Read_OnlyTls13AndNoneOfItsSuites_IsNamed()
    {
        var probe = new SettingsProbe(flags: new() { ["tls-min-version"] = ["1.3"], ["tls-ciphers"] = ["ECDHE-RSA-AES128-GCM-SHA256"] });
        TlsSettings.Read(probe.Reader);
        Assert.StartsWith("--tls-ciphers: none of the suites is one of TLS 1.3", Assert.Single(probe.Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TLS_AES_128_GCM_SHA256", TlsCipherSuite.TLS_AES_128_GCM_SHA256)]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384", TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384)]
    [InlineData("ECDHE-RSA-CHACHA20-POLY1305", TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256)]
    [InlineData("ECDHE-RSA-AES128-SHA256", TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256)]
    [InlineData("aes256-gcm-sha384", TlsCipherSuite.TLS_RSA_WITH_AES_256_GCM_SHA384)]
    public void Read_EitherName_TheSuite(string name, TlsCipherSuite expected)
    {
        var probe = new SettingsProbe(flags: new() { ["tls-ciphers"] = [name] });
        Assert.Equal([expected], TlsSettings.Read(probe.Reader).Ciphers);
        Assert.Empty(probe.Faults);
    }

    [Fact]
    public void Read_ListWithColonsAndCommas_AllOfThem()
    {
        var probe = new SettingsProbe(environment: new() { ["EVENTGATEWAY_TLS_CIPHERS"] = "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384,TLS_AES_128_GCM_SHA256" });
        Assert.Equal(3, TlsSettings.Read(probe.Reader).Ciphers.Length);
    }

    [Fact]
    public void Read_Nothing_Tls12AndThePlatformsSuites()
    {
        var options = TlsSettings.Read(new SettingsProbe().Reader);
        Assert.Equal((SslProtocols.Tls12, 0), (options.MinVersion, options.Ciphers.Length));
    }
}
