using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Tls;

/// <summary>A connection whose client was asked for a certificate, and has met the demand. A feature of the connection.</summary>
internal sealed class ClientConnection(ClientDemand demand)
{
    private VerifiedClient? _client;

    public ClientDemand Demand { get; } = demand;

    /// <summary>Null: the demand is optional and the client has shown none.</summary>
    public VerifiedClient? ClientOf(HttpContext context) =>
        _client ??= context.Connection.ClientCertificate is { } certificate ? new VerifiedClient(certificate) : null;
}
