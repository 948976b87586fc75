using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;

namespace EventGateway.Benchmarks.Load;

/// <summary>The managed heap of another process as its last collection left it. Owns a thread that reads the collector's events.</summary>
internal sealed class HeapWatch : IDisposable
{
    private const long GarbageCollection = 1;

    private readonly EventPipeSession _session;
    private readonly Thread _reader;
    private long _bytes;
    private int _collections;

    public HeapWatch(int process)
    {
        _session = new DiagnosticsClient(process).StartEventPipeSession(
            new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, GarbageCollection), requestRundown: false);
        _reader = new Thread(Read) { IsBackground = true, Name = nameof(HeapWatch) };
        _reader.Start();
    }

    /// <summary>0: there was no collection yet.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public int Collections => Volatile.Read(ref _collections);

    public void Dispose()
    {
        _session.Stop();
        _reader.Join();
        _session.Dispose();
    }

    private void Read()
    {
        using var source = new EventPipeEventSource(_session.EventStream);
        source.Clr.GCHeapStats += heap =>
        {
            Volatile.Write(ref _bytes, heap.TotalHeapSize);
            Volatile.Write(ref _collections, _collections + 1);
        };
        source.Process();
    }
}
