using CsCheck;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Wire;
using Xunit;

namespace EventGateway.Core.Tests.Image;

public sealed class ImageAssemblerProperties
{
    [Fact]
    public void Take_AtRandomPoints_ReachesTheSameImage() => Gen.Select(LogScript.GenLog, Gen.Bool.Array[200]).Sample((log, takes) =>
    {
        var assembler = new ImageAssembler();
        var image = ConfigImage.Empty;
        for (var i = 0; i < log.Count; i++)
        {
            assembler.Add(log[i]);
            if (takes[i % takes.Length])
            {
                var (delta, next) = assembler.Take();
                Assert.Same(image, delta.From);
                Assert.Equal(LogScript.Describe(next), LogScript.Describe(delta.Apply(next.Position)));
                image = next;
            }
        }

        image = assembler.Take().Image;
        Assert.True(assembler.HashMatches);
        Assert.Equal(0, assembler.IgnoredRecords);
        Assert.Empty(assembler.Overwritten);
        Assert.Equal(LogScript.Describe(LogScript.Replay(log)), LogScript.Describe(image));
        Assert.Equal(log[^1].Offset, image.Position.Offset);
    });

    [Fact]
    public void Hash_Incremental_IsThatOfTheWhole() => LogScript.GenLog.Sample(log =>
    {
        var image = LogScript.Replay(log);
        var whole = image.Entries.Aggregate(ImageHash.Empty, (hash, e) => hash.Add(e.Entity.Key, ContentHash.Of(EntityCodec.Encode(e.Entity).Span)));
        Assert.Equal(whole, image.Hash);
        Assert.Equal(image.Entries.Count(), image.Count);
    });

    [Fact]
    public void ImageToRecordsToImage_IsIdentity() => Gen.Select(LogScript.GenLog, Gen.Int).Sample((log, seed) =>
    {
        var image = LogScript.Replay(log);
        List<LogRecord> records = [.. image.Entries.Select(e => RecordCodec.Encode(EntityCodec.ToChange(e.Entity, e.Provenance), e.Version))];
        Shuffle(records, seed);
        var again = LogScript.Replay([.. records, LogScript.Commit(image, 1, 100, 1000)]);
        Assert.Equal(LogScript.Describe(image), LogScript.Describe(again));
    });

    /// <summary>Records that lie, are late, or come twice, put anywhere into an honest log.</summary>
    [Fact]
    public void Intruders_Anywhere_ChangeNothing() => Gen.Select(LogScript.GenLog, Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 1000], Gen.Int[0, 3]).Array[1, 8]).Sample((log, intruders) =>
    {
        var expected = LogScript.Describe(LogScript.Replay(log));
        var dirty = log.ToList();
        foreach (var (where, what, how) in intruders)
        {
            // Behind the record it copies, so that it is late there.
            var source = what % log.Count;
            var at = dirty.IndexOf(log[source]) + 1;
            var later = at + (where % (dirty.Count - at + 1));
            dirty.Insert(later, how switch
            {
                0 => log[source],
                1 => Zombie(log, dirty, later, LogScript.Keys[what % LogScript.Keys.Length]),
                2 => StaleCommit(log[source]),
                _ => log[source],
            });
        }

        var assembler = new ImageAssembler();
        dirty.ForEach(assembler.Add);
        Assert.True(assembler.HashMatches);
        Assert.Equal(expected, LogScript.Describe(assembler.Take().Image));
    });

    /// <summary>A mirror that starts over delivers a suffix of what it had delivered, perhaps cut inside a change set, and goes on.</summary>
    [Fact]
    public void MirrorStartsOver_AnyTimes_ChangesNothing() => Gen.Select(LogScript.GenLog, Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 1000]).Array[1, 4]).Sample((log, restarts) =>
    {
        var mirrored = new List<LogRecord>();
        var delivered = 0;
        foreach (var (upTo, back) in restarts)
        {
            var end = delivered + (upTo % (log.Count - delivered + 1));
            mirrored.AddRange(log[delivered..end]);
            delivered = end == 0 ? 0 : end - (back % (end + 1));
        }

        mirrored.AddRange(log[delivered..]);
        var assembler = new ImageAssembler();
        mirrored.ForEach(assembler.Add);
        Assert.True(assembler.HashMatches);
        Assert.Empty(assembler.Unreadable);
        Assert.Empty(assembler.Overwritten);
        Assert.Equal(LogScript.Describe(LogScript.Replay(log)), LogScript.Describe(assembler.Take().Image));
        var compacted = LogScript.Replay(LogCleaner.Clean(mirrored, mirrored.Count, tombstonesToo: false));
        Assert.Equal(LogScript.Describe(LogScript.Replay(log)), LogScript.Describe(compacted));
    });

    /// <summary>Kafka's cleaner rewrites a prefix: of each key only the last record in it stays, removals a while longer.</summary>
    [Fact]
    public void CompactedLog_AnyCleanPrefix_GivesTheSameImage() => Gen.Select(LogScript.GenLog, Gen.Int[0, 1000].Array[1, 3], Gen.Bool).Sample((log, prefixes, tombstonesToo) =>
    {
        var cleaned = log;
        foreach (var prefix in prefixes)
        {
            cleaned = LogCleaner.Clean(cleaned, prefix % (cleaned.Count + 1), tombstonesToo);
        }

        var assembler = new ImageAssembler();
        cleaned.ForEach(assembler.Add);
        Assert.True(assembler.HashMatches);
        Assert.Equal(LogScript.Describe(LogScript.Replay(log)), LogScript.Describe(assembler.Take().Image));
        Assert.Empty(assembler.Overwritten);
    });

    /// <summary>A writer that does not know it has lost the log: an older epoch, whatever its sequence, behind the newer one's claim.</summary>
    private static LogRecord Zombie(List<LogRecord> log, List<LogRecord> dirty, int at, EntityKey key)
    {
        var before = dirty[..at].Where(log.Contains).Select(RecordCodec.Decode).OfType<DecodedRecord.Commit>().LastOrDefault();
        return before is null ? log[0] : LogScript.Put(key, 9, before.Value.Version.Epoch - 1, 1_000_000);
    }

    private static LogRecord StaleCommit(LogRecord record)
    {
        return RecordCodec.Decode(record) is DecodedRecord.Commit commit
            ? RecordCodec.Encode(commit.Value with { Version = new RecordVersion(commit.Value.Version.Epoch - 1, 1_000_000), ImageHash = new ImageHash(7), Populated = false })
            : record;
    }

    private static void Shuffle(List<LogRecord> records, int seed)
    {
        // Below the commit every order is right, as long as the highest sequence does not hide the others: they are staged per key.
        var random = new Random(seed);
        for (var i = records.Count - 1; i > 0; i--)
        {
            var other = random.Next(i + 1);
            (records[i], records[other]) = (records[other], records[i]);
        }
    }
}
