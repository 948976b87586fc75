using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;
using EventGateway.Proxy.Tls;

namespace EventGateway.Settings;

/// <summary>How clients may speak TLS.</summary>
internal static class TlsSettings
{
    public static TlsOptions Read(SettingsReader reader)
    {
        var isTls13 = reader.OneOf(SettingCatalog.TlsMinVersion, "1.2", "1.3") == "1.3";
        return new TlsOptions { MinVersion = isTls13 ? SslProtocols.Tls13 : SslProtocols.Tls12, Ciphers = ReadCiphers(reader, isTls13) };
    }

    private static ImmutableArray<TlsCipherSuite> ReadCiphers(SettingsReader reader, bool isTls13)
    {
        // OpenSSL's own lists have colons.
        var names = reader.List(SettingCatalog.TlsCiphers).SelectMany(n => n.Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        var suites = ImmutableArray.CreateBuilder<TlsCipherSuite>();
        var unknown = new List<string>();
        foreach (var name in names)
        {
            if (CipherSuites.TryParse(name, out var suite))
            {
                suites.Add(suite);
            }
            else
            {
                unknown.Add(name);
            }
        }

        var from = reader.From(SettingCatalog.TlsCiphers);
        if (unknown.Count > 0)
        {
            reader.Fault(from, $"{string.Join(", ", unknown.Select(n => $"'{n}'"))} {(unknown.Count == 1 ? "is no cipher suite" : "are no cipher suites")} offered here; "
                + "use names like TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 or ECDHE-RSA-AES128-GCM-SHA256");
        }
        else if (isTls13 && suites.Count > 0 && !suites.Any(CipherSuites.IsTls13))
        {
            reader.Fault(from, $"none of the suites is one of TLS 1.3, and {SettingCatalog.TlsMinVersion.Flag} allows no older version; name for example TLS_AES_256_GCM_SHA384");
        }
        else if (CipherSuites.PlatformFault(suites.ToImmutable()) is { } fault)
        {
            reader.Fault(from, fault);
        }

        return suites.ToImmutable();
    }
}
