using System.Runtime.InteropServices;

namespace EventGateway.Proxy.Pipeline;

/// <summary>A count that many cores change at once: each has a cache line of its own. The sum may be off by what is happening while it is read.</summary>
internal sealed class DrainCounter
{
    private readonly Stripe[] _stripes = new Stripe[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount)];

    public long Value => Math.Max(0, _stripes.Sum(s => Interlocked.Read(ref s.Count)));

    public void Increment() => Interlocked.Increment(ref Mine.Count);

    public void Decrement() => Interlocked.Decrement(ref Mine.Count);

    private ref Stripe Mine => ref _stripes[Thread.GetCurrentProcessorId() & (_stripes.Length - 1)];

    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Stripe
    {
        [FieldOffset(64)]
        public long Count;
    }
}
