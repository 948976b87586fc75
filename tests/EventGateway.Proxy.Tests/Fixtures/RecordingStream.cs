using EventGateway.Proxy.Pipeline;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>A wire whose other end is gone: keeps what is written until somebody reads, and has nothing to read.</summary>
internal sealed class RecordingStream : SequentialStream
{
    private readonly MemoryStream _written = new();
    private bool _isOver;

    public byte[] Written => _written.ToArray();

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _isOver = true;
        return ValueTask.FromResult(0);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_isOver)
        {
            _written.Write(buffer.Span);
        }

        return ValueTask.CompletedTask;
    }
}
