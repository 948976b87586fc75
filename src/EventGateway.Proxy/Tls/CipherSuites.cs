using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net.Security;

namespace EventGateway.Proxy.Tls;

/// <summary>The cipher suites a user may name, by IANA's name or OpenSSL's.</summary>
public static class CipherSuites
{
    private const string With = "_WITH_";

    /// <summary>The three of TLS 1.3 that every platform speaks.</summary>
    private static readonly ImmutableArray<TlsCipherSuite> Tls13 =
        [TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256, TlsCipherSuite.TLS_AES_128_GCM_SHA256];

    private static readonly FrozenDictionary<string, TlsCipherSuite> ByName = Usable()
        .SelectMany(s => new[] { (Name: s.ToString(), Suite: s), (Name: OpenSslName(s.ToString()), Suite: s) })
        .DistinctBy(s => s.Name)
        .ToFrozenDictionary(s => s.Name, s => s.Suite, StringComparer.OrdinalIgnoreCase);

    /// <summary>False: not a name, or a suite that is not offered here: without encryption, without forward secrecy through a static DH, broken, or with keys that no certificate holds.</summary>
    public static bool TryParse(string name, out TlsCipherSuite suite) => ByName.TryGetValue(name, out suite);

    /// <summary>Whether a suite belongs to TLS 1.3, whose suites say nothing about keys.</summary>
    public static bool IsTls13(TlsCipherSuite suite) => !suite.ToString().Contains(With, StringComparison.Ordinal);

    /// <summary>Why this platform cannot be told which suites to speak; null: it can.</summary>
    public static string? PlatformFault(ImmutableArray<TlsCipherSuite> suites)
    {
        try
        {
            _ = Policy(suites);
            return null;
        }
        catch (PlatformNotSupportedException)
        {
            return "this platform's TLS takes no list of cipher suites; it needs OpenSSL 1.1.1 or newer. Leave the setting out, or set them for the whole machine";
        }
    }

    /// <summary>Null: the platform's choice.</summary>
    internal static CipherSuitesPolicy? Policy(ImmutableArray<TlsCipherSuite> suites)
    {
        if (suites.IsDefaultOrEmpty)
        {
            return null;
        }

#pragma warning disable CA1416 // Where it is not supported the settings' check has said so.
        return new CipherSuitesPolicy(suites.Any(IsTls13) ? suites : [.. Tls13, .. suites]);
#pragma warning restore CA1416
    }

    /// <summary>What keys the suite of a TLS 1.2 handshake works with; null: none that is known here.</summary>
    internal static KeyKind? KeyOf(TlsCipherSuite suite)
    {
        var name = suite.ToString();
        return name.StartsWith("TLS_ECDHE_ECDSA_WITH_", StringComparison.Ordinal) ? KeyKind.Ecdsa
            : name.StartsWith("TLS_ECDHE_RSA_WITH_", StringComparison.Ordinal) || name.StartsWith("TLS_RSA_WITH_", StringComparison.Ordinal) ? KeyKind.Rsa
            : null;
    }

    private static IEnumerable<TlsCipherSuite> Usable() =>
        from suite in Enum.GetValues<TlsCipherSuite>()
        let name = suite.ToString()
        let isTls13 = IsTls13(suite)
        let cipher = isTls13 ? name["TLS_".Length..] : name[(name.IndexOf(With, StringComparison.Ordinal) + With.Length)..]
        where isTls13 || KeyOf(suite) is not null
        where cipher.StartsWith("AES_", StringComparison.Ordinal) || cipher.StartsWith("CHACHA20_", StringComparison.Ordinal)
        select suite;

    // TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 is ECDHE-RSA-AES128-GCM-SHA256, TLS_RSA_WITH_AES_128_CBC_SHA is AES128-SHA. Those of 1.3 have one name.
    private static string OpenSslName(string name)
    {
        var with = name.IndexOf(With, StringComparison.Ordinal);
        if (with < 0)
        {
            return name;
        }

        var exchange = name["TLS_".Length..with];
        var cipher = name[(with + With.Length)..].Replace("AES_128", "AES128", StringComparison.Ordinal).Replace("AES_256", "AES256", StringComparison.Ordinal)
            .Replace("_CBC", "", StringComparison.Ordinal).Replace("POLY1305_SHA256", "POLY1305", StringComparison.Ordinal).Replace("CCM_8", "CCM8", StringComparison.Ordinal);
        return $"{(exchange == "RSA" ? "" : exchange + "-")}{cipher}".Replace('_', '-');
    }
}
