using EventGateway.Proxy.Pipeline;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>Cuts the first message that is sent into TLS records of a size.</summary>
internal sealed class CutHello(Stream inner, int recordSize) : SequentialStream
{
    private bool _isCut;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var isFirst = !_isCut;
        _isCut = true;
        return inner.WriteAsync(isFirst ? HelloBytes.InRecords(buffer.ToArray(), recordSize) : buffer, cancellationToken);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
