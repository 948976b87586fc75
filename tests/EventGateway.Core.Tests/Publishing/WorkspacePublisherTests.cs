using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using Xunit;

namespace EventGateway.Core.Tests.Publishing;

public sealed class WorkspacePublisherTests : PublisherTests
{
    private static readonly TimeSpan Window = new PublisherOptions { Origin = "a" }.CoalesceWindow;

    [Fact]
    public async Task Run_RestartOnUnchangedInput_AppendsItsClaimAlone()
    {
        var (_, _, stopAsync) = await PublishAsync(NewPublisher(), Routes(30));
        await stopAsync();
        var before = Records.Count;
        var publisher = NewPublisher();
        publisher.Submit(Routes(30));
        using var stop = new CancellationTokenSource();
        var run = Task.Run(() => publisher.RunAsync(stop.Token), Token);
        await Until.TrueAsync(() => publisher.Status.IsCurrent, () => $"{publisher.Status}");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        Assert.Equal(before + 1, Records.Count);
        Assert.Equal((CommitReason.Claim, 1, 2, true), (Commits[^1].Reason, Commits[^1].Commit, Commits[^1].Version.Epoch, Commits[^1].Populated));
        Assert.Single(History);
        AssertSound();
    }

    [Fact]
    public async Task Submit_OneRouteChangedAmongMany_AppendsItAndTheCommit()
    {
        var (publisher, _, _) = await PublishAsync(NewPublisher(), Routes(400));
        var before = Records.Count;
        var desired = Routes(400, Route(0, 2));
        publisher.Submit(desired);
        await UntilCurrentAsync(publisher, desired);

        var added = Records.Skip(before).Select(r => r.Key).Where(k => k != "!commit" || Commits[^1].Reason == CommitReason.Change).ToList();
        Assert.Equal(["route/shop/r0000/0", "!commit"], added);
        Assert.Equal(["route/shop/r0000/0"], History[^1].Records.Select(r => r.Key));
        Assert.Equal(2, History.Count);
        Assert.Equal(1, Commits[^1].Changes);
    }

    [Fact]
    public async Task Run_FirstPublishInSeveralSets_IsPopulatedByTheLastOnly()
    {
        await PublishAsync(NewPublisher(), Routes(1100));
        Assert.Equal([(CommitReason.Claim, false), (CommitReason.Change, false), (CommitReason.Change, false), (CommitReason.Change, true)], Commits.Take(4).Select(c => (c.Reason, c.Populated)));
    }

    [Fact]
    public async Task Run_FirstPublishOfNothing_IsPopulated()
    {
        await PublishAsync(NewPublisher(), DesiredState.Empty);
        Assert.True(Commits[^1].Populated);
        Assert.Empty(History);
    }

    [Fact]
    public async Task Run_FirstPublishCutOff_IsFinishedByTheNextWriter()
    {
        var session = await LogSession.OpenAsync(Store.Open(Samples.Shop), Time, Token);
        await session.AppendAsync(PublishPlannerTests.Desired([Route(0)]) is var one ? new PublishPlanner(Samples.Shop, new PublisherOptions { Origin = "a" }, null).Plan(one, session.Image, session.Repairs).ChangeSets[0] : null!, populated: false, Token);
        await session.DisposeAsync();

        await PublishAsync(NewPublisher(), Desired(Route(0)));
        Assert.Equal([false, false, false, true], Commits.Take(4).Select(c => c.Populated));
    }

    [Fact]
    public async Task Submit_WithinTheWindow_GoTogetherAfterIt()
    {
        var publisher = NewPublisher();
        using var stop = new CancellationTokenSource();
        publisher.Submit(Desired(Route(0)));
        var run = Task.Run(() => publisher.RunAsync(stop.Token), Token);

        // Time stands: the first goes at once, then the writer waits for the window's end.
        await Until.TrueAsync(() => Time.WaitsFor(Window) == 1, () => $"{publisher.Status}");
        Assert.Single(History);
        publisher.Submit(Desired(Route(0), Route(1)));
        publisher.Submit(Desired(Route(0), Route(1), Route(2)));
        publisher.Submit(Desired(Route(0, 2), Route(1), Route(2)));
        Time.Advance(Window - TimeSpan.FromMilliseconds(1));
        Assert.Single(History);
        Time.Advance(TimeSpan.FromMilliseconds(1));
        await Until.TrueAsync(() => Time.WaitsFor(Window) == 2, () => $"{publisher.Status}");

        Assert.Equal(2, History.Count);
        Assert.Equal(3, History[1].Records.Length);

        // The window is over and nothing came: the next one goes at once again.
        Time.Advance(Window);
        await Until.TrueAsync(() => Time.WaitsFor(TimeSpan.FromSeconds(3) - Window) >= 1, () => $"{publisher.Status}");
        publisher.Submit(Desired(Route(0)));
        await Until.TrueAsync(() => History.Count == 3, () => $"{publisher.Status}");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task Run_Silence_BringsHeartbeats()
    {
        var (publisher, _, _) = await PublishAsync(NewPublisher(), Desired(Route(0)));
        var started = Time.GetUtcNow();
        await UntilAsync(() => Commits.Count(c => c.Reason == CommitReason.Heartbeat) >= 2);

        var beats = Commits.Where(c => c.Reason == CommitReason.Heartbeat).ToList();
        Assert.All(beats, b => Assert.Equal((1, 0, true), (b.Commit, b.Changes, b.Populated)));
        Assert.True(beats[1].CommittedAt - beats[0].CommittedAt >= TimeSpan.FromSeconds(3));
        Assert.True(Time.GetUtcNow() - started >= TimeSpan.FromSeconds(5));
        Assert.Equal(Commits[0].LogId, publisher.Status.Position.LogId);
        Assert.Single(History);
        AssertSound();
    }

    [Fact]
    public async Task Submit_MassRemoval_IsHeldUntilItIsTakenBackOrAllowed()
    {
        var (publisher, _, stopAsync) = await PublishAsync(NewPublisher(), Routes(50));
        publisher.Submit(Desired(Route(0, 2)));
        await UntilAsync(() => publisher.Status.HeldRemovals == 49 && Holds(Routes(50, Route(0, 2))), () => $"{publisher.Status}");
        Assert.Equal(50, ImageOf().Count);

        publisher.Submit(Routes(50));
        await UntilCurrentAsync(publisher, Routes(50));
        Assert.Equal(0, publisher.Status.HeldRemovals);
        await stopAsync();

        await PublishAsync(NewPublisher(massRemovalPercent: 100), Desired(Route(0)));
    }

    [Fact]
    public async Task Submit_ChangeTheStoreRefuses_DoesNotKeepTheOthersOut()
    {
        var (publisher, _, _) = await PublishAsync(NewPublisher(), Routes(5));
        var large = (Route)Route(7) with { Source = new string('x', 100_000) };
        publisher.Submit(Desired([.. Enumerable.Range(0, 15).Select(i => i == 7 ? large : Route(i, 2))]));
        var others = Desired([.. Enumerable.Range(0, 15).Where(i => i != 7).Select(i => Route(i, 2))]);
        await UntilAsync(() => publisher.Status is { IsCurrent: true, Refused.Length: 1 } && Holds(others), () => $"{publisher.Status}");

        var refused = Assert.Single(publisher.Status.Refused);
        Assert.Equal(large.Key.Text, refused.Key);
        Assert.Contains("bytes", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FirstPublishWithAChangeTheStoreRefuses_IsPopulatedAllTheSame()
    {
        var publisher = NewPublisher();
        publisher.Submit(Desired(Route(0), (Route)Route(1) with { Source = new string('x', 100_000) }));
        using var stop = new CancellationTokenSource();
        var run = Task.Run(() => publisher.RunAsync(stop.Token), Token);
        await UntilCurrentAsync(publisher, Desired(Route(0)));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }
}
