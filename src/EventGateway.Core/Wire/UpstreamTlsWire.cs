using EventGateway.Core.Model;

namespace EventGateway.Core.Wire;

internal static class UpstreamTlsWire
{
    public static V1.UpstreamTls? ToMessage(UpstreamTls? tls) => tls is null ? null : new V1.UpstreamTls
    {
        Verify = tls.Verify,
        VerifyDepth = (uint)tls.VerifyDepth,
        CaPem = tls.CaPem,
        ServerName = tls.ServerName,
        ClientCertificate = tls.ClientCertificate?.Text ?? "",
    };

    /// <exception cref="FormatException">The client certificate is no key.</exception>
    public static UpstreamTls? ToTls(V1.UpstreamTls? message) => message is null ? null : new UpstreamTls
    {
        Verify = message.Verify,
        VerifyDepth = (int)message.VerifyDepth,
        CaPem = message.CaPem,
        ServerName = message.ServerName,
        ClientCertificate = message.ClientCertificate.Length == 0
            ? null
            : EntityKey.TryParse(message.ClientCertificate, out var key) ? key : throw new FormatException($"'{message.ClientCertificate}' does not name a certificate"),
    };
}
