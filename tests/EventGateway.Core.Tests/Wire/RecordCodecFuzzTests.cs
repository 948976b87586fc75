using CsCheck;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Wire;
using Google.Protobuf;
using Xunit;
using V1 = EventGateway.Core.Wire.V1;

namespace EventGateway.Core.Tests.Wire;

/// <summary>Whatever lies in a log, reading it throws nothing.</summary>
public sealed class RecordCodecFuzzTests
{
    private static readonly Entity[] Entities = [.. Samples.All()];

    private static readonly LogRecord[] Valid =
        [.. Samples.All().Select(e => Samples.Record(e)), RecordCodec.Encode(Samples.Commit()), RecordCodec.Encode(Samples.Commit(CommitReason.Heartbeat))];

    private static readonly Gen<(int Place, byte Value, int How)[]> GenMutations = Gen.Select(Gen.Int[0, 100_000], Gen.Byte, Gen.Int[0, 3]).Array[1, 6];

    [Fact]
    public void Decode_MutatedRecord_NeverThrows() => Gen.Select(Gen.Int[0, Valid.Length - 1].Select(i => Valid[i]), GenMutations).Sample(
        (record, mutations) =>
        {
            var mutated = record with { Value = Mutate(record.Value!.Value.ToArray(), mutations) };
            var assembler = new ImageAssembler();
            assembler.Add(mutated);
            assembler.Add(RecordCodec.Encode(Samples.Commit()));
            assembler.Take();
            return RecordCodec.Decode(mutated) is not null;
        },
        iter: 20_000);

    /// <summary>The hash is made right again, so that the mutation reaches the entity's own decoder.</summary>
    [Fact]
    public void Decode_MutatedBody_NeverThrowsAndIsKeptAsWritten() => Gen.Select(Gen.Int[0, Entities.Length - 1].Select(i => Entities[i]), GenMutations).Sample(
        (entity, mutations) =>
        {
            var body = Mutate(EntityCodec.Encode(entity).ToArray(), mutations);
            return RecordCodec.Decode(RecordCodecTests.WithBody(entity, body)) switch
            {
                DecodedRecord.Put put => EntityCodec.Encode(put.Entity).Span.SequenceEqual(body),
                DecodedRecord.Unreadable unreadable => unreadable.Reason.Length > 0,
                _ => false,
            };
        },
        iter: 20_000);

    [Fact]
    public void Decode_MutatedCommitBody_NeverThrows() => GenMutations.Sample(
        mutations =>
        {
            var envelope = V1.Envelope.Parser.ParseFrom(RecordCodec.Encode(Samples.Commit()).Value!.Value.Span);
            var body = Mutate(envelope.Body.ToByteArray(), mutations);
            var hash = new byte[16];
            Core.Image.ContentHash.Of(body).Write(hash);
            (envelope.Body, envelope.ContentHash) = (ByteString.CopyFrom(body), ByteString.CopyFrom(hash));
            return RecordCodec.Decode(new LogRecord(RecordCodec.CommitKey, envelope.ToByteArray())) is DecodedRecord.Commit or DecodedRecord.Unreadable;
        },
        iter: 10_000);

    [Fact]
    public void DecodeHistory_MutatedEntry_IsReadOrAFormatException() => GenMutations.Sample(
        mutations =>
        {
            var entry = HistoryCodec.Encode(Samples.Commit(), [Samples.Record(Samples.Feature()), Samples.Removal(Samples.Route().Key)]);
            try
            {
                return HistoryCodec.Decode(entry with { Value = Mutate(entry.Value!.Value.ToArray(), mutations) }) is not null;
            }
            catch (FormatException)
            {
                return true;
            }
        },
        iter: 10_000);

    [Fact]
    public void Decode_AnyKeyText_NeverThrows() => Gen.Select(Gen.String, Gen.Bool).Sample(
        (key, removal) => RecordCodec.Decode(removal ? new LogRecord(key, null) { RemovalEpoch = 1, RemovalSequence = 1 } : Samples.Record(Samples.Route()) with { Key = key }) is not null);

    private static byte[] Mutate(byte[] bytes, (int Place, byte Value, int How)[] mutations)
    {
        var list = bytes.ToList();
        foreach (var (place, value, how) in mutations)
        {
            var at = list.Count == 0 ? 0 : place % list.Count;
            switch (how)
            {
                case 0 when list.Count > 0: list[at] = value; break;
                case 1 when list.Count > 0: list.RemoveAt(at); break;
                case 2 when list.Count > 0: list[at] ^= (byte)(1 << (value % 8)); break;
                default: list.Insert(at, value); break;
            }
        }

        return [.. list];
    }
}
