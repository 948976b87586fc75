using EventGateway.Core.Log;
using EventGateway.Proxy.Routing;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Tls;

/// <summary>
/// Keeps requests away that come over a connection whose client was not asked for what the request's host asks for: the name in the
/// handshake and the Host of a request need not be the same (RFC 9110, section 7.4). Two have a say: whoever owns the host's name, and
/// the log whose route the request takes, so that nobody else can lift a demand by taking over the name.
/// </summary>
internal sealed class ClientGate(ClientValidationTable table)
{
    /// <param name="log">Of the route that the request takes.</param>
    /// <param name="client">Who the client has shown to be to the host; null: nobody.</param>
    public ClientCheck Check(HttpContext context, LogName log, out VerifiedClient? client)
    {
        client = null;
        if (table.IsEmpty)
        {
            return ClientCheck.Passed;
        }

        var host = HostName.Of(context.Request.Host.Value);
        var inForce = table.InForce(host);
        var own = table.AskedBy(log, host);
        if (inForce is null && own is null)
        {
            return ClientCheck.Passed;
        }

        if (!context.Request.IsHttps)
        {
            return inForce is { IsRequired: true } || own is { IsRequired: true } ? ClientCheck.NeedsHttps : ClientCheck.Passed;
        }

        if (context.Features.Get<ClientConnection>() is not { } connection || !IsMet(inForce, connection) || !IsMet(own, connection))
        {
            return ClientCheck.WrongConnection;
        }

        client = connection.ClientOf(context);
        return ClientCheck.Passed;
    }

    private static bool IsMet(ClientDemand? demand, ClientConnection connection) => demand is null || demand.IsMetBy(connection.Demand);
}
