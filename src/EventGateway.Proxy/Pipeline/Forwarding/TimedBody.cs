namespace EventGateway.Proxy.Pipeline.Forwarding;

/// <summary>Whoever reads the body writes it upstream between two reads: a write that takes too long shows as the time until the next read.</summary>
internal sealed class TimedBody(Stream inner, WriteTimer timer) : SequentialStream
{
    public override bool CanRead => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        timer.Stop();
        var count = await inner.ReadAsync(buffer, cancellationToken);
        if (count > 0)
        {
            timer.Start();
        }

        return count;
    }
}
