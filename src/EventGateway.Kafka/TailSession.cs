using System.Threading.Channels;
using Confluent.Kafka;
using EventGateway.Core.Log;

namespace EventGateway.Kafka;

/// <summary>
/// One reading of one config topic, from its (new) beginning or a place in it until the topic is cut, recreated, or nobody reads any
/// more. The tailer's thread writes, one reader takes; the channel is bounded and drops nothing.
/// </summary>
internal sealed class TailSession(LogName log, TopicState topic, long start, TopicOffsets opened)
{
    private const int MaxQueuedChunks = 8;

    private readonly Channel<TailChunk> _chunks = Channel.CreateBounded<TailChunk>(
        new BoundedChannelOptions(MaxQueuedChunks) { SingleReader = true, SingleWriter = false, FullMode = BoundedChannelFullMode.Wait });

    private long _position = start;
    private int _ending;

    public LogName Log => log;

    public TopicState Topic => topic;

    public TopicPartition Partition { get; } = new(topic.Topic, 0);

    /// <summary>Where the topic started and ended when this session was opened.</summary>
    public TopicOffsets Opened => opened;

    /// <summary>Offset that will be read next.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Why no more will come; null while reading goes on.</summary>
    public TailEnding? Ending => (TailEnding)Volatile.Read(ref _ending) is var e && e == TailEnding.None ? null : e;

    public ChannelReader<TailChunk> Chunks => _chunks.Reader;

    /// <summary>Whether the reader has still to take what was read.</summary>
    public bool HasUnread => _chunks.Reader.Count > 0;

    /// <summary>The monitor's own notes about this session; touched by the monitor only.</summary>
    public TailProgress Progress { get; } = new();

    public void Advance(long position) => Volatile.Write(ref _position, position);

    public bool TryPut(TailChunk chunk) => _chunks.Writer.TryWrite(chunk);

    /// <summary>Waits until there is room, or the session has ended.</summary>
    public bool WaitForRoom(TimeSpan timeout) => _chunks.Writer.WaitToWriteAsync().AsTask().Wait(timeout);

    public void End(TailEnding ending)
    {
        if (Interlocked.CompareExchange(ref _ending, (int)ending, (int)TailEnding.None) == (int)TailEnding.None)
        {
            _chunks.Writer.TryComplete();
        }
    }
}
