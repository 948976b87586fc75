using System.IO.Pipelines;
using System.Net.Sockets;
using EventGateway.Proxy.Pipeline;

namespace EventGateway.Proxy.Streams;

/// <summary>
/// The client's side of a connection. Read through the server's pipe, which still holds what was looked at; written straight to the socket,
/// as the pipe could not end one direction without the other.
/// </summary>
internal sealed class ClientStream(PipeReader input, Socket socket) : SequentialStream
{
    private readonly Stream _input = input.AsStream(leaveOpen: true);
    private readonly NetworkStream _output = new(socket, FileAccess.Write, ownsSocket: false);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _input.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _output.WriteAsync(buffer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _input.Dispose();
            _output.Dispose();
        }

        base.Dispose(disposing);
    }
}
