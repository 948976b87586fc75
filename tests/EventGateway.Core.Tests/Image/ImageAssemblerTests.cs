using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using Xunit;

namespace EventGateway.Core.Tests.Image;

public sealed class ImageAssemblerTests
{
    private static readonly EntityKey RouteA = LogScript.Keys[0];
    private static readonly EntityKey RouteB = LogScript.Keys[1];
    private readonly ImageAssembler _assembler = new();

    [Fact]
    public void Add_WithoutCommit_TakesNoEffect()
    {
        _assembler.Add(LogScript.Put(RouteA, 1, 1, 1));
        Assert.False(_assembler.HasChanges);
        Assert.Equal(0, _assembler.Take().Image.Count);

        Commit(1, 2);
        Assert.True(_assembler.HasChanges);
        Assert.Equal(1, _assembler.Take().Image.Count);
        Assert.False(_assembler.HasChanges);
    }

    [Fact]
    public void Add_CorruptRecord_KeepsThePreviousValueUntilItIsHealed()
    {
        _assembler.Add(LogScript.Put(RouteA, 1, 1, 1));
        Commit(1, 2);
        _assembler.Add(new LogRecord(RouteA.Text, "garbage"u8.ToArray()));
        _assembler.Add(LogScript.Put(RouteB, 1, 1, 3));
        Commit(1, 4);

        Assert.Equal(RouteA.Text, Assert.Single(_assembler.Unreadable).Key);
        Assert.Equal([1L, 3L], _assembler.Take().Image.Entries.Select(e => e.Version.Sequence).Order());

        _assembler.Add(LogScript.Put(RouteA, 2, 1, 5));
        Commit(1, 6);
        Assert.Empty(_assembler.Unreadable);
    }

    [Fact]
    public void Add_CorruptRecordBehindASoundOneOfTheSameSet_IsReportedAndTheSoundOneCounts()
    {
        _assembler.Add(LogScript.Put(RouteA, 1, 1, 1));
        _assembler.Add(new LogRecord(RouteA.Text, "garbage"u8.ToArray()));
        Commit(1, 2);

        Assert.Single(_assembler.Unreadable);
        Assert.Equal(1, _assembler.Take().Image.Count);
    }

    [Fact]
    public void Add_CorruptRecordAndItsHealingDeliveredAgain_IsNotReported()
    {
        LogRecord[] log = [LogScript.Put(RouteA, 1, 1, 1), CommitRecord(1, 2), new LogRecord(RouteA.Text, "garbage"u8.ToArray()), LogScript.Put(RouteA, 2, 1, 3), CommitRecord(1, 4)];
        foreach (var record in log.Concat(log))
        {
            _assembler.Add(record);
        }

        Commit(1, 5);
        Assert.Empty(_assembler.Unreadable);
        Assert.Empty(_assembler.Overwritten);
    }

    [Fact]
    public void Add_BadKey_IsReportedUntilItIsRemoved()
    {
        _assembler.Add(new LogRecord("no key", "garbage"u8.ToArray()));
        Commit(1, 1);
        Assert.Equal("no key", Assert.Single(_assembler.Unreadable).Key);

        _assembler.Add(new LogRecord("no key", null));
        Commit(1, 2);
        Assert.Empty(_assembler.Unreadable);
    }

    [Fact]
    public void Add_OldRecordOverANewerOne_IsOverwrittenUntilTheWriterPutsItBack()
    {
        _assembler.Add(LogScript.Put(RouteA, 1, 1, 1));
        _assembler.Add(LogScript.Put(RouteA, 2, 2, 2));
        Commit(2, 3);
        Assert.Empty(_assembler.Overwritten);

        _assembler.Add(LogScript.Put(RouteA, 1, 1, 1));
        Assert.Equal(RouteA.Text, Assert.Single(_assembler.Overwritten));
        Assert.Equal(1, _assembler.IgnoredRecords);

        _assembler.Add(LogScript.Put(RouteA, 2, 2, 4));
        Commit(2, 5);
        Assert.Empty(_assembler.Overwritten);
    }

    [Fact]
    public void Add_OldPutBehindARemoval_IsOverwrittenUntilTheRemovalComesAgain()
    {
        _assembler.Add(LogScript.Put(RouteA, 1, 1, 1));
        Commit(1, 2);
        _assembler.Add(Samples.Removal(RouteA, 1, 3));
        Commit(1, 4);

        _assembler.Add(LogScript.Put(RouteA, 1, 1, 1));
        Assert.Single(_assembler.Overwritten);
        _assembler.Add(Samples.Removal(RouteA, 1, 3));

        Assert.Empty(_assembler.Overwritten);
        Assert.Equal(0, _assembler.Take().Image.Count);
    }

    [Fact]
    public void Add_OldRemovalBehindAPut_IsOverwrittenAndChangesNothing()
    {
        _assembler.Add(LogScript.Put(RouteA, 1, 2, 5));
        Commit(2, 6);
        _assembler.Add(Samples.Removal(RouteA, 1, 3));
        Commit(2, 7);

        Assert.Equal(RouteA.Text, Assert.Single(_assembler.Overwritten));
        Assert.Equal(1, _assembler.Take().Image.Count);
    }

    [Fact]
    public void Position_IsThatOfTheLastCommit()
    {
        _assembler.Add(LogScript.Commit(ConfigImage.Empty, 4, 2, 9, CommitReason.Heartbeat) with { Offset = 17 });
        _assembler.Add(LogScript.Put(RouteA, 1, 2, 10) with { Offset = 18 });

        var position = _assembler.Take().Image.Position;
        Assert.Equal((4, 2, 9, 17), (position.Commit, position.Epoch, position.Sequence, position.Offset));
        Assert.Equal(Samples.Created, position.CommittedAt);
        Assert.Equal(new RecordVersion(2, 10), _assembler.Highest);
    }

    [Fact]
    public void HashMatches_RecordMissing_IsFalse()
    {
        var image = LogScript.Replay([LogScript.Put(RouteA, 1, 1, 1), LogScript.Put(RouteB, 1, 1, 2), CommitRecord(1, 3)]);
        Assert.Equal(2, image.Count);

        _assembler.Add(LogScript.Put(RouteA, 1, 1, 1));
        _assembler.Add(LogScript.Commit(image, 1, 1, 3));
        Assert.False(_assembler.HashMatches);
    }

    private static LogRecord CommitRecord(long epoch, long sequence) => LogScript.Commit(ConfigImage.Empty, 1, epoch, sequence);

    private void Commit(long epoch, long sequence) => _assembler.Add(CommitRecord(epoch, sequence));
}
