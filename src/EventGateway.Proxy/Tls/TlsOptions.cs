using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Authentication;

namespace EventGateway.Proxy.Tls;

/// <summary>How TLS is spoken with clients.</summary>
public sealed class TlsOptions
{
    /// <summary>The oldest version that is spoken: <see cref="SslProtocols.Tls12"/> (the default) or <see cref="SslProtocols.Tls13"/>.</summary>
    public SslProtocols MinVersion { get; init; } = SslProtocols.Tls12;

    /// <summary>The cipher suites that are spoken. Empty (the default): the platform's choice. Where none of TLS 1.3 is named, its usual three are spoken all the same.</summary>
    public ImmutableArray<TlsCipherSuite> Ciphers { get; init; } = [];

    internal SslProtocols Versions => MinVersion == SslProtocols.Tls13 ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13;
}
