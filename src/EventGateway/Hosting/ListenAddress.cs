using System.Net;
using System.Net.Sockets;
using EventGateway.Settings;

namespace EventGateway.Hosting;

/// <summary>An address the process is told to listen on.</summary>
/// <param name="Name">Of the setting that says so, as a user writes it: <c>--http-port</c>.</param>
/// <param name="Address">Null: all addresses.</param>
internal sealed record ListenAddress(string Name, IPAddress? Address, int Port)
{
    private string Place => Address is null ? $"port {Port}" : $"{Address} port {Port}";

    /// <summary>Why nobody can listen there now, and what to do; null: one can.</summary>
    public string? Fault()
    {
        var address = Address ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any);
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(new IPEndPoint(address, Port));
            socket.Listen();
            return null;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"{Place} is in use by another process; stop that one or choose another port",
                SocketError.AccessDenied => $"this user may not listen on port {Port}; choose one above 1023",
                SocketError.AddressNotAvailable => $"this machine has no address {address}; choose another with {SettingCatalog.Bind.Flag}",
                _ => $"cannot listen on {Place}: {e.Message}",
            };
        }
    }
}
