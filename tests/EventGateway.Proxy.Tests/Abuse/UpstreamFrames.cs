using System.Net.Sockets;

namespace EventGateway.Proxy.Tests.Abuse;

/// <summary>What an HTTP/2 upstream made of bytes reads.</summary>
internal static class UpstreamFrames
{
    /// <summary>The client's preface, and its frames up to the first of a type.</summary>
    public static async Task ReadAsync(NetworkStream stream, byte type, CancellationToken stop)
    {
        await stream.ReadExactlyAsync(new byte[24], stop);
        var head = new byte[9];
        do
        {
            await stream.ReadExactlyAsync(head, stop);
            await stream.ReadExactlyAsync(new byte[(head[0] << 16) | (head[1] << 8) | head[2]], stop);
        }
        while (head[3] != type);
    }

    /// <summary>Whatever comes until the other side closes.</summary>
    public static async Task ReadToEndAsync(NetworkStream stream, CancellationToken stop)
    {
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, stop) > 0)
        {
        }
    }
}
