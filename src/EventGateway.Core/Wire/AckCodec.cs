using System.Collections.Immutable;
using EventGateway.Core.Acks;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using Google.Protobuf;

namespace EventGateway.Core.Wire;

/// <summary>What proxies report, to bytes and back (proto/eventgateway/status/v1). Unknown fields are skipped.</summary>
internal static class AckCodec
{
    public static ReadOnlyMemory<byte> Write(ProxyHeartbeat heartbeat) => new StatusV1.ProxyHeartbeat
    {
        ReaderSchema = (uint)heartbeat.ReaderSchema,
        Version = heartbeat.Version,
        StartedUnixUs = UnixMicroseconds.From(heartbeat.StartedAt),
        Ready = heartbeat.IsReady,
        Origins = { heartbeat.Origins.Order(StringComparer.Ordinal) },
        Workspaces = { heartbeat.Workspaces.Order(StringComparer.Ordinal) },
    }.ToByteArray();

    public static ReadOnlyMemory<byte> Write(LogAck ack)
    {
        var hash = new byte[ImageHash.Size];
        ack.ImageHash.Write(hash);
        return new StatusV1.LogAck
        {
            LogId = ByteString.CopyFrom(ack.LogId.ToByteArray(bigEndian: true)),
            Commit = (ulong)ack.Commit,
            ImageHash = UnsafeByteOperations.UnsafeWrap(hash),
            Refused = { ack.Refused.Select(r => new StatusV1.RefusedKey { Key = r.Key, Reason = r.Reason }) },
            RefusedCount = (uint)ack.RefusedCount,
        }.ToByteArray();
    }

    /// <summary>Null: the bytes are no heartbeat.</summary>
    public static ProxyHeartbeat? TryReadHeartbeat(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var message = StatusV1.ProxyHeartbeat.Parser.ParseFrom(bytes.Span);
            return new ProxyHeartbeat(
                message.Version, (int)message.ReaderSchema, UnixMicroseconds.ToTime(message.StartedUnixUs), message.Ready,
                message.Origins.ToImmutableHashSet(StringComparer.Ordinal), message.Workspaces.ToImmutableHashSet(StringComparer.Ordinal));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Null: the bytes are no ack.</summary>
    public static LogAck? TryReadAck(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var message = StatusV1.LogAck.Parser.ParseFrom(bytes.Span);
            return message.LogId.Length == 16 && message.ImageHash.Length == ImageHash.Size
                ? new LogAck(
                    new Guid(message.LogId.Span, bigEndian: true), (long)message.Commit, ImageHash.Read(message.ImageHash.Span),
                    [.. message.Refused.Select(r => new RefusedRecord(r.Key, r.Reason))], (int)message.RefusedCount)
                : null;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
