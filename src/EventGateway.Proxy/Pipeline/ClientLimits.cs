namespace EventGateway.Proxy.Pipeline;

/// <summary>What a client may send, and how long it may take, before it is refused.</summary>
public sealed record ClientLimits
{
    public const int DefaultHeaderBytes = 32 * 1024;
    public const int DefaultUriBytes = 8 * 1024;
    public const int DefaultHttp2Streams = 100;
    public static readonly TimeSpan DefaultHeaderTimeout = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan DefaultKeepAliveTimeout = TimeSpan.FromSeconds(130);

    /// <summary>All headers of a request together; more is answered 431. Default 32 KiB.</summary>
    public int HeaderBytes { get; init; } = DefaultHeaderBytes;

    /// <summary>Target of a request: path and query; more is answered 414. Default 8 KiB.</summary>
    public int UriBytes { get; init; } = DefaultUriBytes;

    /// <summary>Body of a request; more is answered 413. 0: any length (the default).</summary>
    public long BodyBytes { get; init; }

    /// <summary>Connections of clients at one time, over all ports but the status port; further ones are closed at once. 0: any number (the default).</summary>
    public int Connections { get; init; }

    /// <summary>Requests at one time on one HTTP/2 connection. Default 100.</summary>
    public int Http2Streams { get; init; } = DefaultHttp2Streams;

    /// <summary>From the first byte of a request to the end of its headers; longer is answered 408. Default 30 s.</summary>
    public TimeSpan HeaderTimeout { get; init; } = DefaultHeaderTimeout;

    /// <summary>How long a connection may wait for its next request. Default 130 s.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = DefaultKeepAliveTimeout;
}
