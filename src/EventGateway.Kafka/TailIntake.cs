using Confluent.Kafka;
using EventGateway.Core.Log;

namespace EventGateway.Kafka;

/// <summary>What the tailer's thread has taken for a session and not handed over yet. Used by that thread only.</summary>
internal sealed class TailIntake(TailSession session)
{
    private List<LogRecord> _records = [];
    private long _handedOver = -1;

    public TailSession Session => session;

    /// <summary>Whether fetching is paused because the session's reader does not keep up.</summary>
    public bool Paused { get; set; }

    /// <summary>Whether the consumer fetches it.</summary>
    public bool Assigned { get; set; }

    /// <summary>Whether its session is read no more.</summary>
    public bool Removed { get; set; }

    public bool Touched { get; set; }

    public int Count => _records.Count;

    /// <summary>Whether there is anything to hand over: records, or only a place that moved on. The first time also a place that did not.</summary>
    public bool HasChunk => _records.Count > 0 || session.Position != _handedOver;

    public void Take(ConsumeResult<string, byte[]?> result)
    {
        var offset = result.Offset.Value;
        if (offset < session.Position)
        {
            return;
        }

        var value = result.Message.Value;
        _records.Add(value is null
            ? new LogRecord(result.Message.Key ?? "", null)
            {
                Offset = offset,
                RemovalSequence = RemovalHeaders.Read(result.Message.Headers, RemovalHeaders.Sequence),
                RemovalEpoch = RemovalHeaders.Read(result.Message.Headers, RemovalHeaders.Epoch),
            }
            : new LogRecord(result.Message.Key ?? "", value) { Offset = offset });
        session.Advance(offset + 1);
    }

    /// <summary>All there is for readers has come, up to this offset: transaction markers and undone records are stepped over.</summary>
    public void SawEnd(long offset) => session.Advance(Math.Max(offset, session.Position));

    public bool TryPut(IReadOnlyList<LogRecord> none)
    {
        var position = session.Position;
        if (!session.TryPut(new TailChunk(_records.Count == 0 ? none : _records, position)))
        {
            return false;
        }

        _handedOver = position;
        if (_records.Count > 0)
        {
            _records = [];
        }

        return true;
    }
}
