using EventGateway.Core.Image;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using Google.Protobuf;

namespace EventGateway.Core.Wire;

/// <summary>Records of a config log to bytes and back; see <c>proto/eventgateway/config/v1</c> for the wire form.</summary>
public static class RecordCodec
{
    /// <summary>The envelope schema this build writes, and the highest it reads.</summary>
    public const int Schema = 1;

    /// <summary>Key of the commit record.</summary>
    public const string CommitKey = "!commit";

    // A number above it is damage: the envelope's own fields have no hash. Believed, it would leave later writers no number to go on with.
    private const long HighestNumber = long.MaxValue / 2;

    /// <summary>The record of one change; <paramref name="version"/> gives it its place.</summary>
    public static LogRecord Encode(Change change, RecordVersion version)
    {
        if (change.Entity is null)
        {
            return new LogRecord(change.Key.Text, null) { RemovalEpoch = version.Epoch, RemovalSequence = version.Sequence };
        }

        var envelope = NewEnvelope(version, EntityCodec.KindOf(change.Entity), change.Body, change.Hash);
        envelope.Uid = change.Provenance.Uid;
        envelope.ResourceVersion = change.Provenance.ResourceVersion;
        envelope.Generation = change.Provenance.Generation;
        envelope.ObservedUnixUs = UnixMicroseconds.From(change.Provenance.ObservedAt);
        envelope.Author = change.Provenance.Author;
        envelope.TraceParent = change.Provenance.TraceParent;
        envelope.Origin = change.Provenance.Origin;
        return new LogRecord(change.Key.Text, envelope.ToByteArray());
    }

    public static LogRecord Encode(LogCommit commit)
    {
        var body = CommitMessage(commit).ToByteArray();
        var envelope = NewEnvelope(commit.Version, V1.Kind.Commit, body, ContentHash.Of(body));
        envelope.Origin = commit.Origin;
        return new LogRecord(CommitKey, envelope.ToByteArray());
    }

    /// <summary>Never throws for what a record holds: what cannot be read is a result.</summary>
    public static DecodedRecord Decode(LogRecord record)
    {
        var isCommit = record.Key == CommitKey;
        EntityKey key = default;
        if (!isCommit && !EntityKey.TryParse(record.Key, out key))
        {
            return new DecodedRecord.Unreadable(record.Key, "the key does not follow the grammar kind/namespace/name; remove the record");
        }

        if (record.Value is not { } value)
        {
            return !isCommit && record is { RemovalEpoch: { } epoch and <= HighestNumber, RemovalSequence: { } sequence and <= HighestNumber }
                ? new DecodedRecord.Removal(key, new RecordVersion(epoch, sequence))
                : new DecodedRecord.Unreadable(record.Key, "the removal does not say, or not rightly, when it was written: no writer of ours made it; the watcher puts the record back");
        }

        try
        {
            return DecodeValue(record.Key, key, isCommit, value);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or FormatException or OverflowException)
        {
            return new DecodedRecord.Unreadable(record.Key, $"the record at offset {record.Offset} cannot be read: {e.Message.TrimEnd('.')}; the watcher puts it back");
        }
    }

    /// <exception cref="InvalidProtocolBufferException">The bytes are no envelope.</exception>
    private static DecodedRecord DecodeValue(string text, EntityKey key, bool isCommit, ReadOnlyMemory<byte> value)
    {
        var envelope = V1.Envelope.Parser.ParseFrom(value.Span);
        if (envelope.Schema == 0)
        {
            return new DecodedRecord.Unreadable(text, "the record holds no envelope: no writer of ours made it; the watcher puts it back");
        }

        if (envelope.Schema > Schema)
        {
            return new DecodedRecord.Unreadable(text, $"the record has schema {envelope.Schema}, this build reads up to {Schema}; upgrade this process before the writer");
        }

        var hash = ContentHash.Of(envelope.Body.Span);
        if (envelope.ContentHash.Length != ContentHash.Size || ContentHash.Read(envelope.ContentHash.Span) != hash)
        {
            return new DecodedRecord.Unreadable(text, "the record's content does not have the hash it states: it was damaged on its way; the watcher puts it back");
        }

        var version = new RecordVersion(checked((long)envelope.Epoch), checked((long)envelope.Sequence));
        if (version.Epoch > HighestNumber || version.Sequence > HighestNumber)
        {
            return new DecodedRecord.Unreadable(text, $"epoch {version.Epoch} or sequence {version.Sequence} cannot be: the record was damaged; the watcher puts it back");
        }

        if (isCommit && envelope.Kind != V1.Kind.Commit)
        {
            return new DecodedRecord.Unreadable(text, $"the key is the commit's, the record holds kind {(int)envelope.Kind}; the watcher's next commit replaces it");
        }

        if (isCommit)
        {
            return new DecodedRecord.Commit(CommitOf(V1.Commit.Parser.ParseFrom(envelope.Body), version, envelope.Origin));
        }

        if (key.Kind != EntityKind.Unknown && (int)envelope.Kind != (int)key.Kind)
        {
            return new DecodedRecord.Unreadable(text, $"the key says {key.Kind}, the record holds kind {(int)envelope.Kind}; the watcher puts it back");
        }

        return new DecodedRecord.Put(EntityCodec.Decode(key, envelope.Kind, envelope.Body), hash, version, ProvenanceOf(envelope));
    }

    internal static V1.Commit CommitMessage(LogCommit commit)
    {
        var hash = new byte[ImageHash.Size];
        commit.ImageHash.Write(hash);
        return new V1.Commit
        {
            LogId = ByteString.CopyFrom(commit.LogId.ToByteArray(bigEndian: true)),
            Commit_ = (ulong)commit.Commit,
            Changes = (uint)commit.Changes,
            ImageHash = ByteString.CopyFrom(hash),
            CommittedUnixUs = UnixMicroseconds.From(commit.CommittedAt),
            ChangedUnixUs = UnixMicroseconds.From(commit.ChangedAt),
            Reason = (V1.CommitReason)commit.Reason,
            MinReaderSchema = Schema,
            Populated = commit.Populated,
        };
    }

    internal static LogCommit CommitOf(V1.Commit message, RecordVersion version, string origin)
    {
        if (message.LogId.Length != 16 || message.ImageHash.Length != ImageHash.Size)
        {
            throw new FormatException("the commit lacks the log's id or the image's hash");
        }

        return new LogCommit(
            new Guid(message.LogId.Span, bigEndian: true),
            checked((long)message.Commit_),
            version,
            (int)message.Changes,
            ImageHash.Read(message.ImageHash.Span),
            UnixMicroseconds.ToTime(message.CommittedUnixUs) ?? DateTimeOffset.UnixEpoch,
            UnixMicroseconds.ToTime(message.ChangedUnixUs),
            (CommitReason)message.Reason,
            message.Populated,
            origin);
    }

    private static V1.Envelope NewEnvelope(RecordVersion version, V1.Kind kind, ReadOnlyMemory<byte> body, ContentHash hash)
    {
        var hashBytes = new byte[ContentHash.Size];
        hash.Write(hashBytes);
        return new V1.Envelope
        {
            Schema = Schema,
            Sequence = (ulong)version.Sequence,
            Epoch = (ulong)version.Epoch,
            ContentHash = UnsafeByteOperations.UnsafeWrap(hashBytes),
            Kind = kind,
            Body = UnsafeByteOperations.UnsafeWrap(body),
        };
    }

    private static Provenance ProvenanceOf(V1.Envelope envelope) => new()
    {
        Uid = envelope.Uid,
        ResourceVersion = envelope.ResourceVersion,
        Generation = envelope.Generation,
        ObservedAt = UnixMicroseconds.ToTime(envelope.ObservedUnixUs),
        Author = envelope.Author,
        TraceParent = envelope.TraceParent,
        Origin = envelope.Origin,
    };
}
