using System.Net;
using System.Net.Sockets;
using Grpc.Net.Client;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>Clients that come in by the gateway's ports whatever host they name.</summary>
internal static class FrontClients
{
    public static HttpMessageInvoker Invoker(GatewayHost gateway, bool isTls) => new(Handler(gateway, isTls));

    public static SocketsHttpHandler Handler(GatewayHost gateway, bool isTls) => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        // What is served is the point here, not whether it is trusted.
        SslOptions = { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null },
        ConnectCallback = async (_, cancellation) =>
        {
            var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, isTls ? gateway.HttpsPort : gateway.HttpPort, cancellation);
            return client.GetStream();
        },
    };

    public static GrpcChannel Channel(GatewayHost gateway, string host, bool isTls) => GrpcChannel.ForAddress(
        $"{(isTls ? "https" : "http")}://{host}", new GrpcChannelOptions { HttpHandler = Handler(gateway, isTls), DisposeHttpClient = true });
}
