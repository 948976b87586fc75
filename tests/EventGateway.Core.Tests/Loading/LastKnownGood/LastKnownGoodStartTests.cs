using System.Collections.Concurrent;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Loading.LastKnownGood;
using EventGateway.Core.Log;
using EventGateway.Core.Publishing;
using EventGateway.Core.Tests.Image;
using EventGateway.TestKit.Logs;
using Xunit;

namespace EventGateway.Core.Tests.Loading.LastKnownGood;

/// <summary>A process that has a last-known-good file starts, and what it finds of the log is this or that.</summary>
public sealed class LastKnownGoodStartTests : LoaderTests, IAsyncLifetime
{
    private static readonly LogName Blog = new("a", "blog");
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private readonly string _data = Directory.CreateTempSubdirectory("eventgateway-lkg-").FullName;
    private readonly InMemoryConfigLogStore _proxys;
    private readonly RecordingLogger<ConfigLoader> _logger = new();
    private ConfigLoader _loader = null!;

    public LastKnownGoodStartTests() => _proxys = new InMemoryConfigLogStore(Area);

    private LogStatus Status => _loader.Statuses.SingleOrDefault(s => s.Log == Samples.Shop) ?? new LogStatus(Samples.Shop);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public new async ValueTask DisposeAsync()
    {
        await _loader.StopAsync(CancellationToken.None);
        _loader.Dispose();
        await _proxys.DisposeAsync();
        Directory.Delete(_data, recursive: true);
        await base.DisposeAsync();
    }

    [Fact]
    public async Task StoreIsDead_FileIsServedSaidAndVouchedFor()
    {
        await KeepAsync(Routes(3));
        _proxys.Disconnect();
        await StartAsync();

        await UntilTimeAsync(() => _loader.Readiness.IsReady);
        Assert.Equal(3, Assert.Single(Publisher.Calls).Delta.Count);
        Assert.Equal((1, false, Samples.Created), (Status.Image.Position.Commit, Status.CaughtUp, Status.LastKnownGoodAt));
        Assert.Matches("^a/shop is served from its last-known-good file of 2026-01-02 .*: commit 1, 3 entities", Assert.Single(_logger.Of(1016)));
    }

    [Fact]
    public async Task StoreIsDead_NothingIsServedBeforeTheGraceIsOver()
    {
        await KeepAsync(Routes(3));
        _proxys.Disconnect();
        await StartAsync();
        await UntilAsync(() => Time.WaitsFor(TimeSpan.FromMilliseconds(250)) > 0);
        Time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Empty(Publisher.Calls);
        Assert.Contains("has not answered yet", Assert.Single(_loader.Readiness.Reasons), StringComparison.Ordinal);
        Time.Advance(TimeSpan.FromMilliseconds(1));
        await UntilAsync(() => Publisher.Calls.Count == 1 && _loader.Readiness.IsReady);
    }

    [Fact]
    public async Task Readiness_SeveralFiles_ComesOnlyWhenAllOfThemAreInUse()
    {
        await KeepAsync(Routes(3));
        foreach (var workspace in (string[])["blog", "news", "mail"])
        {
            Keep(await WriterAsync(new LogName("a", workspace)), new LogName("a", workspace));
        }

        _proxys.Disconnect();
        var early = new ConcurrentQueue<LogName>();
        Broadcast.Attach(new ProbingPublisher(log =>
        {
            if (_loader.Readiness.IsReady)
            {
                early.Enqueue(log);
            }
        }));
        await StartAsync();
        await UntilTimeAsync(() => _loader.Readiness.IsReady);
        Assert.Equal(4, Publisher.Calls.Count);
        Assert.Empty(early);
    }

    [Fact]
    public async Task StoreAnswersSoon_TheLogIsPreferredAndTheFileNeverServed()
    {
        var writer = await KeepAsync(Routes(3));
        await writer.AppendAsync(Routes(5), true, Token);
        await StartAsync();
        await UntilAsync(() => _loader.Readiness.IsReady);
        for (var i = 0; i < 100; i++)
        {
            Time.Advance(Step);
        }

        Assert.Equal((5, 2), (Publisher.Calls.Single().Delta.Count, Publisher.Calls.Single().Image.Position.Commit));
        Assert.Same(ConfigImage.Empty, Publisher.Calls[0].Delta.From);
        Assert.Null(Status.LastKnownGoodAt);
        Assert.Empty(_logger.Of(1016));
    }

    [Fact]
    public async Task StoreComesBack_OnlyWhatDiffersIsPublishedAndWhatWasDeletedIsGone()
    {
        var writer = await KeepAsync(Set((LogScript.Keys[0], 1), (LogScript.Keys[1], 1), (LogScript.Keys[2], 1)));
        _proxys.Disconnect();
        await StartAsync();
        await UntilTimeAsync(() => _loader.Readiness.IsReady);
        var served = Publisher.Calls[0].Image;

        // While it was down: one removed, one changed, one new; the third is as it was.
        await writer.AppendAsync(Set((LogScript.Keys[0], 0)), true, Token);
        await writer.AppendAsync(Set((LogScript.Keys[1], 2), (LogScript.Keys[3], 1)), true, Token);
        _proxys.Reconnect();
        await UntilAsync(() => Publisher.Calls.Count == 2);

        var (_, delta, image) = Publisher.Calls[1];
        Assert.Same(served, delta.From);
        Assert.Equal(LogScript.Keys[0], Assert.Single(delta.Routes!.Removed).Entity.Key);
        Assert.Equal(LogScript.Keys[1], Assert.Single(delta.Routes.Changed).Entity.Key);
        Assert.Equal(LogScript.Keys[3], Assert.Single(delta.Backends!.Changed).Entity.Key);
        Assert.Equal(3, delta.Count);
        Assert.Equal(LogScript.Describe(writer.Image), LogScript.Describe(image));
        await UntilAsync(() => Status is { LastKnownGoodAt: null, CaughtUp: true, Fault: null });
        Assert.Equal("a/shop is served from the log again: from commit 1 of its last-known-good file to commit 3", Assert.Single(_logger.Of(1017)));
        Assert.True(_loader.Readiness.IsReady);
    }

    [Fact]
    public async Task StoreComesBack_NothingChanged_NoEntityIsTouched()
    {
        await KeepAsync(Routes(3));
        _proxys.Disconnect();
        await StartAsync();
        await UntilTimeAsync(() => _loader.Readiness.IsReady);
        _proxys.Reconnect();
        await UntilAsync(() => Status.LastKnownGoodAt is null);
        Assert.Equal(0, Publisher.Calls[1].Delta.Count);
    }

    [Fact]
    public async Task Log_RecreatedMeanwhile_ReplacesTheFileOnceItIsWhole()
    {
        await KeepAsync(Set((LogScript.Keys[0], 1), (LogScript.Keys[1], 1)));
        Area.Recreate(Samples.Shop);
        var writer = await WriterAsync();
        await writer.AppendAsync(Set((LogScript.Keys[1], 1)), populated: false, Token);
        await StartAsync();

        // Not whole: waiting for it makes it no better, so the file is used without a grace.
        await UntilAsync(() => _loader.Readiness.IsReady && Status.Fault is not null);
        Assert.Equal(2, Status.Image.Count);
        Assert.StartsWith("the log does not hold a whole config (yet)", Status.Fault, StringComparison.Ordinal);

        await writer.AppendAsync(Set((LogScript.Keys[2], 1)), populated: true, Token);
        await UntilAsync(() => Publisher.Calls.Count == 2);
        Assert.Equal(LogScript.Keys[0], Assert.Single(Publisher.Calls[1].Delta.Routes!.Removed).Entity.Key);
        Assert.Empty(Publisher.Calls[1].Delta.Routes!.Changed);
        await UntilAsync(() => Status is { LastKnownGoodAt: null, Fault: null });
    }

    [Fact]
    public async Task Log_RecreatedAndHoldingAStrayHeartbeat_EmptiesNothing()
    {
        var writer = await KeepAsync(Routes(3));
        var heartbeat = LogScript.Commit(writer.Image, 1, 1, 99, CommitReason.Heartbeat);
        Area.Recreate(Samples.Shop);
        Area.Inject(Samples.Shop, heartbeat);
        await StartAsync();
        await UntilAsync(() => Status.Fault is not null);
        Assert.StartsWith("what the log holds is not what its writer states", Status.Fault, StringComparison.Ordinal);
        Assert.Equal(3, Status.Image.Count);
        Assert.True(_loader.Readiness.IsReady);
    }

    [Fact]
    public async Task Log_LostWhatCameLast_NothingDeletedComesBackAndItsWriterDecides()
    {
        var writer = await KeepAsync(Set((LogScript.Keys[0], 1), (LogScript.Keys[1], 1)));
        await writer.AppendAsync(Set((LogScript.Keys[0], 0)), true, Token);
        await writer.AppendAsync(Set((LogScript.Keys[2], 1)), true, Token);
        Keep(writer);

        // An unclean election: the log is at its first change set again, with the deleted route in it.
        Area.Truncate(Samples.Shop, 4);
        await StartAsync();
        await UntilAsync(() => Status.Fault is not null);
        Assert.StartsWith("the log is at commit 1, behind the last-known-good image's 3", Status.Fault, StringComparison.Ordinal);
        Assert.DoesNotContain(Status.Image.Routes, r => r.Entity.Key == LogScript.Keys[0]);
        Assert.True(_loader.Readiness.IsReady);

        // Its writer comes back: that it has claimed the log says nothing yet about what is wanted.
        var next = await WriterAsync();
        await UntilAsync(() => Status.ReadOffset >= 5);
        Assert.NotNull(Status.LastKnownGoodAt);
        Assert.Single(Publisher.Calls);

        await next.AppendAsync(Set((LogScript.Keys[0], 0)), true, Token);
        await UntilAsync(() => Status is { LastKnownGoodAt: null, Fault: null });
        Assert.Equal(LogScript.Keys[2], Assert.Single(Publisher.Calls[1].Delta.Backends!.Removed).Entity.Key);
        Assert.Equal(1, Publisher.Calls[1].Delta.Count);
    }

    [Fact]
    public async Task Log_Empty_TheFileIsServed()
    {
        await KeepAsync(Routes(3));
        Area.Recreate(Samples.Shop);
        await StartAsync();
        await UntilAsync(() => _loader.Readiness.IsReady && Status.Fault is not null);
        Assert.Equal(3, Status.Image.Count);
    }

    [Fact]
    public async Task Log_Gone_TheFileIsServedAtOnceAndTheLogReadWhenItComes()
    {
        await KeepAsync(Routes(3));
        Area.Delete(Samples.Shop);
        await StartAsync();
        await UntilAsync(() => _loader.Readiness.IsReady);
        Assert.Equal(3, Status.Image.Count);

        var writer = await WriterAsync();
        await writer.AppendAsync(Routes(4), true, Token);
        await UntilAsync(() => Publisher.Calls.Count == 2);
        Assert.Equal(1, Publisher.Calls[1].Delta.Count);
        Assert.Single(_loader.Statuses);
    }

    [Fact]
    public async Task Log_AnotherOneWithoutAFile_IsWaitedFor()
    {
        await KeepAsync(Routes(3));
        var other = await WriterAsync(Blog);
        await other.AppendAsync(Routes(2), populated: false, Token);
        Store.Break(Samples.Shop, new LogRefusedException("2 partitions; make it 1"));
        await StartAsync(Store);
        await UntilTimeAsync(() => Publisher.Calls.Count == 1);
        await UntilAsync(() => _loader.Statuses.Any(s => s is { CaughtUp: true } && s.Log == Blog));
        Assert.True(_loader.Readiness.IsReady);
        Assert.Contains("2 partitions", Status.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_OfALogThatIsNotIncluded_IsNotServed()
    {
        await KeepAsync(Routes(3));
        Keep(await WriterAsync(Blog), Blog);
        _proxys.Disconnect();
        await StartAsync(options: new LoaderOptions { Workspaces = new HashSet<string> { "shop" } });
        await UntilTimeAsync(() => _loader.Readiness.IsReady);
        Assert.Equal(Samples.Shop, Assert.Single(_loader.Statuses).Log);
    }

    [Fact]
    public async Task File_Corrupt_IsRefusedWithItsReasonAndTheOthersAreServed()
    {
        await KeepAsync(Routes(3));
        var path = Path.Combine(Folder().Options.Folder, "a.blog.image");
        await File.WriteAllTextAsync(path, "EGLKGOOD and then nothing of the kind, for more than thirty-two bytes", Token);
        _proxys.Disconnect();
        await StartAsync();
        await UntilTimeAsync(() => _loader.Readiness.IsReady);

        var blog = _loader.Statuses.Single(s => s.Log == Blog);
        Assert.Equal(0, blog.Image.Count);
        var refused = Assert.Single(blog.Refused);
        Assert.Equal("last-known-good", refused.Key);
        Assert.StartsWith("the file is not used: it has format ", refused.Reason, StringComparison.Ordinal);
        Assert.StartsWith($"The last-known-good file {path} is not used: it has format ", Assert.Single(_logger.Of(1021)), StringComparison.Ordinal);

        var writer = await WriterAsync(Blog);
        await writer.AppendAsync(Routes(2), true, Token);
        _proxys.Reconnect();
        await UntilAsync(() => _loader.Statuses.Single(s => s.Log == Blog) is { Refused.IsEmpty: true, Image.Count: 2 });
    }

    [Fact]
    public async Task File_OnlyCorruptOnesAndTheStoreDead_IsNotReadyAndSaysBoth()
    {
        await KeepAsync(Routes(3));
        await File.WriteAllTextAsync(Path.Combine(Folder().Options.Folder, "a.shop.image"), "", Token);
        _proxys.Disconnect();
        await StartAsync();
        await UntilTimeAsync(() => _loader.Readiness.Reasons.Length == 2);
        Assert.Contains("has not answered yet", _loader.Readiness.Reasons[0], StringComparison.Ordinal);
        Assert.Equal("a/shop: last-known-good: the file is not used: it is empty; it is replaced once the log was read", _loader.Readiness.Reasons[1]);
    }

    /// <summary>A log with this change set, and a file of it.</summary>
    private async Task<LogSession> KeepAsync(ChangeSet changes)
    {
        var writer = await WriterAsync();
        await writer.AppendAsync(changes, true, Token);
        Keep(writer);
        return writer;
    }

    private void Keep(LogSession writer, LogName? log = null) => Folder().Write(log ?? Samples.Shop, writer.Image, Samples.Created);

    private LastKnownGoodFolder Folder()
    {
        var path = LastKnownGoodFolder.Prepare(_data, out var fault);
        Assert.Null(fault);
        return new LastKnownGoodFolder(new LastKnownGoodOptions { Folder = path });
    }

    private Task StartAsync(IConfigLogStore? store = null, LoaderOptions? options = null)
    {
        _loader = new ConfigLoader(store ?? _proxys, options ?? new LoaderOptions(), Broadcast, Time, _logger, Folder());
        return _loader.StartAsync(Token);
    }

    private sealed class ProbingPublisher(Action<LogName> probe) : IImagePublisher
    {
        public string Name => "probe";

        public void OnImage(LogName log, ConfigDelta delta, ConfigImage image) => probe(log);
    }

    private Task UntilTimeAsync(Func<bool> condition) =>
        Until.TrueAsync(Time, Step, condition, () => $"Published: {Publisher}. Not ready: {string.Join("; ", _loader.Readiness.Reasons)}");
}
