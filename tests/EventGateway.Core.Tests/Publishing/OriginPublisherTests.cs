using System.Threading.Channels;
using EventGateway.Core.Log;
using EventGateway.Core.Publishing;
using EventGateway.TestKit.Logs;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EventGateway.Core.Tests.Publishing;

public sealed class OriginPublisherTests : PublisherTests, IAsyncLifetime
{
    private static readonly LogName Blog = new("a", "blog");
    private static readonly LogName OtherOrigin = new("b", "shop");
    private readonly ChannelSource _source = new();
    private OriginPublisher? _publisher;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public new async ValueTask DisposeAsync()
    {
        if (_publisher is not null)
        {
            await _publisher.StopAsync(CancellationToken.None);
            _publisher.Dispose();
        }

        await base.DisposeAsync();
    }

    [Fact]
    public async Task Run_EachWorkspace_HasItsLog()
    {
        await StartAsync();
        Assert.False(_publisher!.SourceListed);
        Wants(("shop", Routes(3)), ("blog", Routes(2)));
        await UntilAsync(() => Holds(Routes(3)) && Holds(Routes(2), Blog));

        Wants(("shop", Routes(3)), ("blog", Routes(4)), ("docs", Routes(1)));
        await UntilAsync(() => Holds(Routes(4), Blog) && Holds(Routes(1), new LogName("a", "docs")));
        Assert.True(_publisher.SourceListed);
        Assert.Equal(["a/blog", "a/docs", "a/shop"], _publisher.Statuses.Select(s => s.Log.ToString()));
        Assert.Single(History);
    }

    [Fact]
    public async Task Run_WorkspaceGoneFromTheSource_IsEmptied()
    {
        await StartAsync();
        Wants(("shop", Routes(3)), ("blog", Routes(2)));
        await UntilAsync(() => Holds(Routes(3)) && Holds(Routes(2), Blog));

        Wants(("shop", Routes(3)));
        await UntilAsync(() => Holds(DesiredState.Empty, Blog));
        Assert.True(Holds(Routes(3)));

        Wants(("shop", Routes(3)), ("blog", Routes(5)));
        await UntilAsync(() => Holds(Routes(5), Blog));
    }

    [Fact]
    public async Task Run_WorkspaceLeftAlone_IsNeitherEmptiedNorForgotten()
    {
        await StartAsync();
        Wants(("shop", Routes(3)), ("blog", Routes(2)));
        await UntilAsync(() => Holds(Routes(3)) && Holds(Routes(2), Blog));

        _source.Push(new SourceState(new Dictionary<string, DesiredState> { ["shop"] = Routes(4) }) { LeftAlone = ["blog"] });
        await UntilAsync(() => Holds(Routes(4)));
        Assert.True(Holds(Routes(2), Blog));

        Wants(("shop", Routes(4)));
        await UntilAsync(() => Holds(DesiredState.Empty, Blog));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_LogsOfAnEarlierRun_AreEmptiedByTheOriginsOwnerAlone(bool owns)
    {
        await FillAsync(Blog);
        await FillAsync(OtherOrigin);
        await StartAsync(owns);
        Wants(("shop", Routes(1)));
        await UntilAsync(() => Holds(Routes(1)));

        if (owns)
        {
            await UntilAsync(() => Holds(DesiredState.Empty, Blog));
        }
        else
        {
            await UntilAsync(() => Commits.Count(c => c.Reason == CommitReason.Heartbeat) > 2);
            Assert.True(Holds(Routes(3), Blog));
        }

        Assert.True(Holds(Routes(3), OtherOrigin));
    }

    [Fact]
    public async Task Run_SourceNotReadInWhole_RemovesOnlyWhatItHasMentioned()
    {
        await FillAsync(new LogName("a", "shop"));
        await FillAsync(Blog);
        await StartAsync(owns: true);

        // r0001 and r0002 are in the log since an earlier run; nobody can say whether the broken file wants them.
        _source.Say(new Dictionary<string, DesiredState> { ["shop"] = Desired(Route(0), Route(7)) }, isPartial: true);
        await UntilAsync(() => ImageOf().Count == 4);
        _source.Say(new Dictionary<string, DesiredState> { ["shop"] = Routes(1) }, isPartial: true);
        await UntilAsync(() => Holds(Routes(3)));
        Assert.Equal(2, _publisher!.Statuses[0].LeftAlone);
        Assert.True(Holds(Routes(3), Blog));

        // Read in whole, it says that it does not.
        Wants(("shop", Routes(1)));
        await UntilAsync(() => Holds(Routes(1)) && Holds(DesiredState.Empty, Blog));
    }

    [Fact]
    public async Task Run_UnlistedWorkspaceThatComesBeforeTheStoreAnswers_IsNotEmptied()
    {
        await FillAsync(Blog);
        Store.Disconnect();
        await StartAsync(owns: true);
        Wants(("shop", Routes(1)));
        await Until.TrueAsync(() => _publisher!.SourceListed, () => "The source was not heard");
        Wants(("shop", Routes(1)), ("blog", Routes(2)));
        await Until.TrueAsync(() => _publisher!.Statuses.Count == 2, () => "The second workspace was not heard");
        Store.Reconnect();
        await UntilAsync(() => Holds(Routes(2), Blog));

        await UntilAsync(() => CommitsOf(Blog).Count(c => c.Reason == CommitReason.Heartbeat) >= 2);
        Assert.True(Holds(Routes(2), Blog));
        Assert.False(_publisher!.Failure.IsCompleted);
    }

    [Fact]
    public async Task Failure_OneLogTakenOver_StopsThemAll()
    {
        await StartAsync();
        Wants(("shop", Routes(3)), ("blog", Routes(2)));
        await UntilAsync(() => Holds(Routes(3)) && Holds(Routes(2), Blog));

        await using var other = await LogSession.OpenAsync(new InMemoryConfigLogStore(Area).Open(Blog), Time, Token);
        await UntilAsync(() => _publisher!.Failure.IsCompleted && _publisher.ExecuteTask!.IsCompleted);
        await Assert.ThrowsAsync<LogFencedException>(() => _publisher!.Failure);

        var before = Records.Count;
        Wants(("shop", Routes(4)), ("blog", Routes(2)));
        Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(before, Records.Count);
    }

    [Fact]
    public async Task Run_SourceThatEnds_KeepsItsLogsAlive()
    {
        await StartAsync();
        Wants(("shop", Routes(3)));
        _source.End();
        await UntilAsync(() => Holds(Routes(3)));
        await UntilAsync(() => Commits.Count(c => c.Reason == CommitReason.Heartbeat) >= 2);
    }

    [Fact]
    public async Task Run_SourceThatFails_EndsWithItsFault()
    {
        await StartAsync();
        _source.End(new InvalidOperationException("a bug"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _publisher!.ExecuteTask!.WaitAsync(Until.Deadline, TimeProvider.System, Token));
    }

    private void Wants(params (string Workspace, DesiredState State)[] wanted) => _source.Say(wanted.ToDictionary(w => w.Workspace, w => w.State));

    private async Task StartAsync(bool owns = false)
    {
        _publisher = new OriginPublisher(Store, _source, new PublisherOptions { Origin = "a", OwnsOrigin = owns }, Time, NullLoggerFactory.Instance);
        await _publisher.StartAsync(Token);
    }

    private async Task FillAsync(LogName log)
    {
        await using var session = await LogSession.OpenAsync(Store.Open(log), Time, Token);
        var plan = new PublishPlanner(log, new PublisherOptions { Origin = log.Origin }, null).Plan(Routes(3), session.Image, session.Repairs);
        await session.AppendAsync(plan.ChangeSets[0], true, Token);
    }

    private sealed class ChannelSource : IConfigSource
    {
        private readonly Channel<SourceState> _channel = Channel.CreateUnbounded<SourceState>();

        public void Say(IReadOnlyDictionary<string, DesiredState> wanted, bool isPartial = false) => _channel.Writer.TryWrite(new SourceState(wanted) { IsPartial = isPartial });

        public void Push(SourceState state) => _channel.Writer.TryWrite(state);

        public void End(Exception? fault = null) => _channel.Writer.Complete(fault);

        public IAsyncEnumerable<SourceState> WatchAsync(CancellationToken cancellationToken) => _channel.Reader.ReadAllAsync(cancellationToken);
    }
}
