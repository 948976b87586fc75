using System.Net;
using System.Net.Sockets;

namespace EventGateway.TestKit.Processes;

/// <summary>
/// Loopback ports nobody listens on. Taken from below what systems hand out for outgoing connections, so that a process that is killed finds its
/// ports free again when it comes back.
/// </summary>
public static class FreePorts
{
    private const int First = 20_000;
    private const int Count = 10_000;
    private static int s_next = Environment.ProcessId * 37 % Count;

    public static int Take()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = First + ((Interlocked.Increment(ref s_next) & int.MaxValue) % Count);
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No port from {First} to {First + Count - 1} is free on the loopback address.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
