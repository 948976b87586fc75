using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using EventGateway.TestKit.Processes;

namespace EventGateway.EndToEnd.Tests.Fixtures;

/// <summary>What a client gets from a proxy.</summary>
internal static class Traffic
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = TimeSpan.FromSeconds(15),
    };

    /// <summary><c>200 body</c>; what went wrong instead when there is no answer.</summary>
    public static async Task<string> GetAsync(GatewayProcess proxy, string host, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{proxy.HttpPort}{path}") { Headers = { Host = host } };
        try
        {
            using var answer = await Client.SendAsync(request);
            return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return e.Message;
        }
    }

    /// <summary>Waits until every proxy gives this answer.</summary>
    public static async Task BecomesAsync(IEnumerable<GatewayProcess> proxies, string host, string path, string expected, params IEnumerable<GatewayProcess> also)
    {
        foreach (var proxy in proxies)
        {
            await Eventually.BecomesAsync(
                async () => await GetAsync(proxy, host, path), answer => answer == expected, $"{proxy.Name} to answer {host}{path} with '{expected}'", [proxy, .. also]);
        }
    }

    /// <summary>Waits until every proxy says that nobody has the path.</summary>
    public static Task IsNotFoundAsync(IEnumerable<GatewayProcess> proxies, string host, string path, params IEnumerable<GatewayProcess> also) =>
        BecomesAsync(proxies, host, path, """404 {"message":"no Route matched with those values"}""", also);

    /// <summary>The thumbprint of the certificate a TLS handshake shows; what went wrong instead when there is none.</summary>
    public static async Task<string> HandshakeAsync(GatewayProcess proxy, string serverName)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, proxy.HttpsPort);
            var thumbprint = "none";
#pragma warning disable CA5359 // The certificate is what is looked at here; no authority has signed it.
            await using var tls = new SslStream(client.GetStream());
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = serverName,
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    thumbprint = certificate!.GetCertHashString();
                    return true;
                },
            };
#pragma warning restore CA5359
            await tls.AuthenticateAsClientAsync(options);
            return thumbprint;
        }
        catch (Exception e) when (e is IOException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            return e.Message;
        }
    }
}
