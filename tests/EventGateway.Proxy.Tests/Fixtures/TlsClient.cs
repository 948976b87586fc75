using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>Real handshakes with a port of this machine. What is served is the point, not whether it is trusted.</summary>
internal static class TlsClient
{
    public const string Refused = "refused";

    public static async Task<SslStream> ConnectAsync(int port, string name, Action<SslClientAuthenticationOptions>? configure = null, Func<Stream, Stream>? wrap = null)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var tls = new SslStream(wrap?.Invoke(client.GetStream()) ?? client.GetStream(), leaveInnerStreamOpen: false);
        var options = new SslClientAuthenticationOptions { TargetHost = name, RemoteCertificateValidationCallback = AcceptAny, AllowTlsResume = false };
        configure?.Invoke(options);
        try
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await tls.AuthenticateAsClientAsync(options, timeout.Token);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }

        return tls;
    }

    public static async Task<string> SubjectAsync(int port, string name, Action<SslClientAuthenticationOptions>? configure = null, Func<Stream, Stream>? wrap = null)
    {
        await using var tls = await ConnectAsync(port, name, configure, wrap);
        return tls.RemoteCertificate!.Subject;
    }

    /// <summary>The whole answer to one request; <see cref="Refused"/> when TLS refuses it: of version 1.3 the client learns that when it reads.</summary>
    public static async Task<string> GetAsync(int port, string name, string? host = null, X509Certificate2? certificate = null, string headers = "", Action<SslClientAuthenticationOptions>? configure = null)
    {
        try
        {
            await using var tls = await ConnectAsync(port, name, options =>
            {
                if (certificate is not null)
                {
                    options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
                }

                configure?.Invoke(options);
            });
            return await ExchangeAsync(tls, host ?? name, headers);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            return Refused;
        }
    }

    public static async Task<string> ExchangeAsync(SslStream tls, string host, string headers = "")
    {
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n"));
        using var reader = new StreamReader(tls, leaveOpen: true);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var answer = await reader.ReadToEndAsync(timeout.Token);
        return answer.Length == 0 ? Refused : answer;
    }

    public static bool AcceptAny(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => certificate is not null;
}
