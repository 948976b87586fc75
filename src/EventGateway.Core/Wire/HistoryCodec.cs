using System.Globalization;
using EventGateway.Core.Image;
using EventGateway.Core.Log;
using Google.Protobuf;

namespace EventGateway.Core.Wire;

/// <summary>Entries of a history log: one change set each, under its commit number as decimal text.</summary>
public static class HistoryCodec
{
    /// <param name="records">The change set's records as they go to the config log, without the commit.</param>
    public static LogRecord Encode(LogCommit commit, IReadOnlyList<LogRecord> records)
    {
        var entry = new V1.HistoryEntry
        {
            Commit = RecordCodec.CommitMessage(commit),
            Sequence = (ulong)commit.Version.Sequence,
            Epoch = (ulong)commit.Version.Epoch,
        };
        foreach (var record in records)
        {
            var change = new V1.HistoryChange { Key = record.Key, Sequence = (ulong)(record.RemovalSequence ?? 0) };
            if (record.Value is { } value)
            {
                change.Envelope = UnsafeByteOperations.UnsafeWrap(value);
            }

            entry.Changes.Add(change);
        }

        return new LogRecord(commit.Commit.ToString(CultureInfo.InvariantCulture), entry.ToByteArray());
    }

    /// <exception cref="FormatException">The record is no history entry.</exception>
    public static HistoryEntry Decode(LogRecord record)
    {
        try
        {
            var entry = V1.HistoryEntry.Parser.ParseFrom((record.Value ?? throw new FormatException("the history entry is empty")).Span);
            var version = new RecordVersion(checked((long)entry.Epoch), checked((long)entry.Sequence));
            var commit = RecordCodec.CommitOf(entry.Commit ?? throw new FormatException("the history entry has no commit"), version, "");
            return new HistoryEntry(commit, [.. entry.Changes.Select(c => c.HasEnvelope
                ? new LogRecord(c.Key, c.Envelope.Memory)
                : new LogRecord(c.Key, null) { RemovalEpoch = version.Epoch, RemovalSequence = checked((long)c.Sequence) })]);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or OverflowException)
        {
            throw new FormatException($"history entry '{record.Key}' cannot be read: {e.Message}", e);
        }
    }
}
