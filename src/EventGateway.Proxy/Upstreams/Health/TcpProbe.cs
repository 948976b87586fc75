using System.Net;
using System.Net.Sockets;

namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>Connects, and hangs up.</summary>
internal sealed class TcpProbe : IProbe
{
    public async Task<ProbeResult> RunAsync(string endpoint, CancellationToken cancellationToken)
    {
        var colon = endpoint.LastIndexOf(':');
        var host = endpoint[..colon].Trim('[', ']');
        var port = int.Parse(endpoint.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port), cancellationToken);
            return ProbeResult.Success;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ProbeResult.Timeout;
        }
        catch (SocketException)
        {
            return ProbeResult.ConnectFailure;
        }
    }
}
