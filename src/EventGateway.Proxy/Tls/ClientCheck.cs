namespace EventGateway.Proxy.Tls;

/// <summary>Whether a request may be served, for what its host asks of clients.</summary>
internal enum ClientCheck
{
    Passed,

    /// <summary>Plain http, where a certificate is required.</summary>
    NeedsHttps,

    /// <summary>The connection was made for a name that asks for something else, or nothing.</summary>
    WrongConnection,
}
