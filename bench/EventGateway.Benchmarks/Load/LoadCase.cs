namespace EventGateway.Benchmarks.Load;

/// <summary>One kind of work that every peer is given.</summary>
/// <param name="Port">What is spoken to the proxy.</param>
/// <param name="IsHttp2">Over <see cref="FrontPort.Https"/>: whether ALPN offers h2 alone, or HTTP/1.1 alone.</param>
/// <param name="File">The answer asked for, of the upstream's.</param>
/// <param name="NewConnections">Whether each request comes by a connection of its own.</param>
internal sealed record LoadCase(string Name, FrontPort Port, bool IsHttp2, string File, bool NewConnections = false)
{
    public static readonly IReadOnlyList<LoadCase> KeepAlive =
    [
        new("h1-1k", FrontPort.Http, false, StaticUpstream.OneKiB),
        new("h1-64k", FrontPort.Http, false, StaticUpstream.SixtyFourKiB),
        new("h1-tls-1k", FrontPort.Https, false, StaticUpstream.OneKiB),
        new("h1-tls-64k", FrontPort.Https, false, StaticUpstream.SixtyFourKiB),
        new("h2-tls-1k", FrontPort.Https, true, StaticUpstream.OneKiB),
        new("h2-tls-64k", FrontPort.Https, true, StaticUpstream.SixtyFourKiB),
        new("h2c-1k", FrontPort.H2c, true, StaticUpstream.OneKiB),
        new("h2c-64k", FrontPort.H2c, true, StaticUpstream.SixtyFourKiB),
    ];

    public static readonly LoadCase Handshakes = new("handshakes", FrontPort.Https, false, StaticUpstream.OneKiB, NewConnections: true);

    public string Description => Name switch
    {
        "h1-1k" => "HTTP/1.1, 1 KiB",
        "h1-64k" => "HTTP/1.1, 64 KiB",
        "h1-tls-1k" => "HTTP/1.1 over TLS 1.3, 1 KiB",
        "h1-tls-64k" => "HTTP/1.1 over TLS 1.3, 64 KiB",
        "h2-tls-1k" => "HTTP/2 over TLS 1.3, 1 KiB",
        "h2-tls-64k" => "HTTP/2 over TLS 1.3, 64 KiB",
        "h2c-1k" => "HTTP/2 without TLS, 1 KiB",
        "h2c-64k" => "HTTP/2 without TLS, 64 KiB",
        "handshakes" => "a new TLS 1.3 connection for each request",
        _ => Name,
    };
}
