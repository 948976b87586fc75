using EventGateway.Core.Image;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using EventGateway.Core.Tests.Image;
using EventGateway.Core.Wire;
using EventGateway.TestKit.Logs;
using Xunit;

namespace EventGateway.Core.Tests.Publishing;

public sealed class WorkspacePublisherFaultTests : PublisherTests
{
    private static readonly EntityKey FirstRoute = EntityKey.Route("shop", "r0000", "0");

    public static TheoryData<string> Strangers => ["garbage", "removal", "removal-without-headers", "old-sequence", "old-epoch", "valid-forged", "corrupt-stranger", "forged-stranger"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Submit_AppendFails_NothingIsLostNorDoubled(bool stored)
    {
        var (publisher, _, _) = await PublishAsync(NewPublisher(), Routes(5));
        var desired = Routes(6, Route(0, 2));
        Store.FailNextAppend(new LogUnavailableException("the broker did not answer"), stored);
        publisher.Submit(desired);
        await UntilCurrentAsync(publisher, desired);

        Assert.Equal(2, History.Count);
        Assert.Equal(["route/shop/r0000/0", "route/shop/r0005/0"], History[1].Records.Select(r => r.Key).Order());
        Assert.Equal(2, Commits[^1].Commit);
    }

    [Fact]
    public async Task Run_StoreUnreachable_SaysSoAndGoesOnLater()
    {
        var (publisher, _, _) = await PublishAsync(NewPublisher(), Routes(5));
        Store.Disconnect();
        publisher.Submit(Routes(6));
        await UntilAsync(() => publisher.Status.Fault is not null, () => $"{publisher.Status}");
        Assert.False(publisher.Status.IsWriter);
        Assert.False(publisher.Status.IsCurrent);

        // Of what comes meanwhile only the newest matters.
        var newest = Routes(7);
        publisher.Submit(newest);
        Store.Reconnect();
        await UntilCurrentAsync(publisher, newest);
        Assert.Equal(2, History.Count);
        Assert.Equal(2, History[1].Records.Length);
        Assert.True(publisher.Status.IsWriter);
    }

    [Fact]
    public async Task Run_TakenOver_StopsAndNothingOfItIsVisible()
    {
        var (publisher, run, _) = await PublishAsync(NewPublisher(), Routes(5));
        await using var other = await LogSession.OpenAsync(new InMemoryConfigLogStore(Area).Open(Samples.Shop), Time, Token);
        var before = Records.Count;
        publisher.Submit(Routes(6));
        await UntilAsync(() => run.IsCompleted);

        var e = await Assert.ThrowsAsync<LogFencedException>(() => run);
        Assert.Contains("--origin", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, Records.Count);
        Assert.False(publisher.Status.IsWriter);
        Assert.Single(History);
        Assert.Equal(5, ImageOf().Count);
    }

    [Fact]
    public async Task Run_CutOffWhileAnotherTookOver_DoesNotTakeTheLogBack()
    {
        var (publisher, run, _) = await PublishAsync(NewPublisher(), Routes(5));
        Store.Disconnect();
        publisher.Submit(Routes(6));
        await UntilAsync(() => publisher.Status.Fault is not null, () => $"{publisher.Status}");

        await using var other = await LogSession.OpenAsync(new InMemoryConfigLogStore(Area).Open(Samples.Shop), Time, Token);
        Store.Reconnect();
        await UntilAsync(() => run.IsCompleted);

        await Assert.ThrowsAsync<LogFencedException>(() => run);
        await other.BeatAsync(populated: false, Token);
        Assert.Equal(2, Commits[^1].Version.Epoch);
        Assert.Equal(5, ImageOf().Count);
    }

    [Fact]
    public async Task Run_TakerThatIsSlowToWriteItsClaim_IsWaitedFor()
    {
        var (publisher, run, _) = await PublishAsync(NewPublisher(), Routes(5));
        var log = new InMemoryConfigLogStore(Area).Open(Samples.Shop);
        await using var taker = await log.ClaimAsync(Token);
        publisher.Submit(Routes(6));
        await UntilAsync(() => publisher.Status.Fault is not null, () => $"{publisher.Status}");

        var claim = Commits[^1] with { Version = new RecordVersion(2, Commits[^1].Version.Sequence + 1), Reason = CommitReason.Claim };
        await taker.AppendAsync([RecordCodec.Encode(claim)], null, Token);
        await UntilAsync(() => run.IsCompleted);

        await Assert.ThrowsAsync<LogFencedException>(() => run);
        Assert.Equal(2, Commits[^1].Version.Epoch);
    }

    [Fact]
    public async Task Run_RefusalThatConcernsNoRecord_IsToldOnceAndTriedAgain()
    {
        var (publisher, _, _) = await PublishAsync(NewPublisher(), Routes(5));
        Store.FailNextAppend(new LogRefusedException("this user may not write"));
        publisher.Submit(Routes(60));
        await UntilAsync(() => publisher.Status.Fault is not null || History.Count > 1, () => $"{publisher.Status}");
        Assert.Equal("this user may not write", publisher.Status.Fault);

        await UntilCurrentAsync(publisher, Routes(60));
        Assert.Equal(2, History.Count);
        Assert.Empty(publisher.Status.Refused);
    }

    [Fact]
    public async Task Run_FencedWithoutATaker_ClaimsAnew()
    {
        var (publisher, run, _) = await PublishAsync(NewPublisher(), Routes(5));
        await using var nobody = await new InMemoryConfigLogStore(Area).Open(Samples.Shop).ClaimAsync(Token);
        publisher.Submit(Routes(6));
        await UntilCurrentAsync(publisher, Routes(6));

        Assert.False(run.IsCompleted);
        Assert.Equal(2, Commits[^1].Version.Epoch);
        Assert.Equal(2, History.Count);
    }

    [Fact]
    public async Task Run_RecreatedLog_IsWrittenAnew()
    {
        var (publisher, _, _) = await PublishAsync(NewPublisher(), Routes(600));
        var old = Commits[0].LogId;
        Area.Recreate(Samples.Shop);
        await UntilAsync(() => Holds(Routes(600)));

        await UntilCurrentAsync(publisher, Routes(600));
        Assert.NotEqual(old, Commits[0].LogId);
        Assert.Equal([false, false, true], Commits.Take(3).Select(c => c.Populated));
    }

    [Fact]
    public async Task Run_TruncatedLog_IsMended()
    {
        var (publisher, _, _) = await PublishAsync(NewPublisher(), Routes(5));
        publisher.Submit(Routes(8));
        await UntilCurrentAsync(publisher, Routes(8));
        Area.Truncate(Samples.Shop, 7);
        await UntilAsync(() => Holds(Routes(8)));
    }

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task Run_StrangersRecord_IsNoticedAndHealed(string what)
    {
        var (publisher, run, _) = await PublishAsync(NewPublisher(), Routes(5));
        publisher.Submit(Routes(5, Route(0, 2)));
        var desired = Routes(5, Route(0, 2));
        await UntilCurrentAsync(publisher, desired);

        Area.Inject(Samples.Shop, Stranger(what));
        Assert.False(Holds(desired) && what is "garbage" or "removal-without-headers" or "old-sequence" or "removal");
        await UntilAsync(() => Commits[^1].Version.Epoch > 1 && publisher.Status.IsCurrent && Holds(desired), () => $"{what}: {publisher.Status}");

        Assert.False(run.IsCompleted);
        Assert.Equal(5, ImageOf().Count);
        AssertSound();

        // Quiet again: heartbeats, no further claims.
        var epoch = Commits[^1].Version.Epoch;
        var beats = Commits.Count(c => c.Reason == CommitReason.Heartbeat);
        await UntilAsync(() => Commits.Count(c => c.Reason == CommitReason.Heartbeat) >= beats + 2);
        Assert.Equal(epoch, Commits[^1].Version.Epoch);
    }

    [Fact]
    public async Task Run_StrangersRecordsWhileNoWriterRan_AreHealedByTheNext()
    {
        var (_, _, stopAsync) = await PublishAsync(NewPublisher(), Routes(5));
        await stopAsync();
        foreach (var what in new[] { "garbage", "corrupt-stranger", "forged-stranger" })
        {
            Area.Inject(Samples.Shop, Stranger(what));
        }

        await PublishAsync(NewPublisher(), Routes(5));
    }

    /// <summary>The envelope's own fields have no hash: a flipped bit can make a record look newer than all that come after it.</summary>
    [Fact]
    public async Task Submit_BehindARecordWhoseSequenceIsDamaged_GetsThroughWithANewEpoch()
    {
        var (publisher, _, _) = await PublishAsync(NewPublisher(), Routes(5));
        Area.Inject(Samples.Shop, LogScript.Put(FirstRoute, 1, 1, 1L << 61));
        await UntilAsync(() => Commits[^1].Reason == CommitReason.Heartbeat);
        var desired = Routes(5, Route(0, 2));
        publisher.Submit(desired);

        await UntilAsync(() => Holds(desired) && publisher.Status.IsCurrent, () => $"{publisher.Status}");
        Assert.True(Commits[^1].Version.Sequence > 1L << 61);
    }

    [Fact]
    public async Task Run_KeyNoGrammarAllows_IsLeftAlone()
    {
        var (publisher, _, _) = await PublishAsync(NewPublisher(), Routes(5));
        Area.Inject(Samples.Shop, new LogRecord("no key", "garbage"u8.ToArray()));
        await UntilAsync(() => Commits.Count(c => c.Reason == CommitReason.Heartbeat) >= 3);
        Assert.Equal(1, Commits[^1].Version.Epoch);
        Assert.True(publisher.Status.IsCurrent);
    }

    [Fact]
    public async Task Open_LogRecreatedWhileItIsRead_DoesNotMixTheTwo()
    {
        // The claim, 98 routes and their commit are the first batch of 100.
        var (publisher, _, stopAsync) = await PublishAsync(NewPublisher(), Routes(98));
        publisher.Submit(Routes(400));
        await UntilCurrentAsync(publisher, Routes(400));
        await stopAsync();
        await using var store = new Loading.WatchedLogStore(new InMemoryConfigLogStore(Area)) { ClaimsLate = true };
        var recreated = false;
        store.AfterFirstBatch = () =>
        {
            if (!recreated)
            {
                recreated = true;
                Area.Recreate(Samples.Shop);
            }
        };

        await PublishAsync(NewPublisher(store: store), Routes(400));
        Assert.True(recreated);
    }

    private LogRecord Stranger(string what)
    {
        var (epoch, sequence) = (Commits[^1].Version.Epoch, Commits[^1].Version.Sequence);
        var stranger = EntityKey.Route("shop", "stranger", "0");
        return what switch
        {
            "garbage" => new LogRecord(FirstRoute.Text, "garbage"u8.ToArray()),
            "removal" => Samples.Removal(FirstRoute, epoch, 1),
            "removal-without-headers" => new LogRecord(FirstRoute.Text, null),
            "old-sequence" => LogScript.Put(FirstRoute, 1, epoch, 2),
            "old-epoch" => LogScript.Put(FirstRoute, 3, epoch - 1, sequence + 1000),
            "valid-forged" => LogScript.Put(FirstRoute, 3, epoch, sequence + 1),
            "corrupt-stranger" => new LogRecord(stranger.Text, "garbage"u8.ToArray()),
            "forged-stranger" => LogScript.Put(stranger, 1, epoch, sequence + 1),
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
    }
}
