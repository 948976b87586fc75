using System.Security.Cryptography;
using EventGateway.Core.Image;
using EventGateway.Core.Log;
using EventGateway.Core.Wire;

namespace EventGateway.Core.Loading.LastKnownGood;

/// <summary>
/// One image as bytes: what a log would hold after perfect compaction, between a head and a checksum. Numbers are little endian, texts
/// are UTF-8 behind their length (7 bits a byte).
/// <code>
/// 8 bytes   EGLKGOOD
/// 4 bytes   format version
/// texts     origin, workspace
/// 8 bytes   when written, microseconds since 1970
/// 8 bytes   offset of the commit in the store it was read from
/// records   key text, 4 bytes length of the value, the value; one per entity as the log has it, at last the commit
/// 32 bytes  SHA-256 of all before
/// </code>
/// </summary>
internal static class LastKnownGoodFormat
{
    public const int Version = 1;

    private const int BufferSize = 64 * 1024;
    private static readonly byte[] Magic = "EGLKGOOD"u8.ToArray();

    /// <returns>The number of bytes written.</returns>
    public static long Write(Stream stream, LogName log, ConfigImage image, DateTimeOffset now)
    {
        using var sha = SHA256.Create();
        using (var hashing = new CryptoStream(stream, sha, CryptoStreamMode.Write, leaveOpen: true))
        using (var buffer = new BufferedStream(hashing, BufferSize))
        using (var writer = new BinaryWriter(buffer))
        {
            writer.Write(Magic);
            writer.Write(Version);
            writer.Write(log.Origin);
            writer.Write(log.Workspace);
            writer.Write(UnixMicroseconds.From(now));
            writer.Write(image.Position.Offset);
            foreach (var entry in image.Entries)
            {
                var change = new Change(entry.Entity.Key, entry.Entity, EntityCodec.Encode(entry.Entity), entry.Hash, entry.Provenance);
                Write(writer, RecordCodec.Encode(change, entry.Version));
            }

            Write(writer, RecordCodec.Encode(CommitOf(log, image, now)));
        }

        stream.Write(sha.Hash!);
        return stream.Position;
    }

    /// <summary>Never throws for what the bytes are: what cannot be read is refused with a reason.</summary>
    public static LastKnownGoodFile Read(string path, LogName log, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return Refusal(bytes.Span) is { } refusal ? Refused(path, log, refusal) : ReadBody(path, log, bytes);
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException or InvalidDataException)
        {
            return Refused(path, log, $"it cannot be read: {e.Message.TrimEnd('.')}");
        }
    }

    private static string? Refusal(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Magic.Length + sizeof(int) || !bytes.StartsWith(Magic))
        {
            return bytes.IsEmpty ? "it is empty" : "it is no last-known-good file";
        }

        var version = BitConverter.ToInt32(bytes[Magic.Length..]);
        if (version != Version)
        {
            return $"it has format {version}, this build reads {Version}: another build has written it";
        }

        var length = bytes.Length - SHA256.HashSizeInBytes;
        return length < Magic.Length || !SHA256.HashData(bytes[..length]).AsSpan().SequenceEqual(bytes[length..])
            ? "its checksum does not match: it was cut short or damaged"
            : null;
    }

    private static LastKnownGoodFile ReadBody(string path, LogName log, ReadOnlyMemory<byte> bytes)
    {
        var reader = new LastKnownGoodReader(bytes[(Magic.Length + sizeof(int))..^SHA256.HashSizeInBytes]);
        var written = (Origin: reader.Text(), Workspace: reader.Text());
        if (written != (log.Origin, log.Workspace))
        {
            return Refused(path, log, $"it is of {written.Origin}/{written.Workspace}, not of the log its name says");
        }

        var writtenAt = UnixMicroseconds.ToTime(reader.Number()) ?? DateTimeOffset.UnixEpoch;
        var offset = reader.Number();
        var assembler = new ImageAssembler();
        while (!reader.IsAtEnd)
        {
            assembler.Add(reader.Record(offset));
        }

        if (assembler.Unreadable.FirstOrDefault() is { Key: { } key, Value: { } reason })
        {
            return Refused(path, log, $"{key}: {reason}");
        }

        return assembler.Commit is null || !assembler.HashMatches
            ? Refused(path, log, "it does not hold the image it states")
            : new LastKnownGoodFile(path, log, assembler.Take().Image, writtenAt, null);
    }

    private static void Write(BinaryWriter writer, LogRecord record)
    {
        var value = record.Value!.Value.Span;
        writer.Write(record.Key);
        writer.Write(value.Length);
        writer.Write(value);
    }

    private static LogCommit CommitOf(LogName log, ConfigImage image, DateTimeOffset now) => new(
        image.Position.LogId,
        image.Position.Commit,
        new RecordVersion(image.Position.Epoch, image.Position.Sequence),
        0,
        image.Hash,
        now,
        image.Position.CommittedAt,
        CommitReason.Heartbeat,
        Populated: true,
        log.Origin);

    private static LastKnownGoodFile Refused(string path, LogName log, string reason) => new(path, log, null, default, reason);
}
