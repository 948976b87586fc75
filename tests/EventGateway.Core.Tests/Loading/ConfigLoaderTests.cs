using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EventGateway.Core.Tests.Loading;

public sealed class ConfigLoaderTests : LoaderTests, IAsyncLifetime
{
    private static readonly LogName Blog = new("a", "blog");
    private static readonly LogName Other = new("b", "shop");
    private ConfigLoader _loader;

    public ConfigLoaderTests() => _loader = NewLoader(new LoaderOptions());

    private Readiness Readiness => _loader.Readiness;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public new async ValueTask DisposeAsync()
    {
        await _loader.StopAsync(CancellationToken.None);
        _loader.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Readiness_GoesFromReasonToReasonAndNeverBack()
    {
        Assert.Contains("has not answered", Assert.Single(Readiness.Reasons), StringComparison.Ordinal);
        await _loader.StartAsync(Token);
        await UntilAsync(() => Readiness.Reasons is [var r] && r.Contains("no config log", StringComparison.Ordinal), () => $"{Readiness}");

        var writer = await WriterAsync();
        await writer.AppendAsync(Routes(3), populated: false, Token);
        await UntilAsync(() => Readiness.Reasons is [var r] && r.Contains("a/shop does not hold a whole config yet", StringComparison.Ordinal), () => string.Join(" ", Readiness.Reasons));

        await writer.BeatAsync(populated: true, Token);
        await UntilAsync(() => Readiness.IsReady, () => string.Join(" ", Readiness.Reasons));

        Area.Delete(Samples.Shop);
        await WriterAsync(Blog);
        await UntilAsync(() => _loader.Statuses.Count == 2);
        Assert.True(Readiness.IsReady);
        Assert.Equal(3, _loader.Statuses.Single(s => s.Log == Samples.Shop).Image.Count);
    }

    [Fact]
    public async Task Readiness_OneLogRefused_DoesNotBlockTheOthers()
    {
        await PublishAsync(Samples.Shop);
        await PublishAsync(Blog);
        Store.Break(Blog, new LogRefusedException("2 partitions; make it 1"));
        await _loader.StartAsync(Token);

        await UntilAsync(() => Readiness.IsReady, () => string.Join(" ", Readiness.Reasons));
        Assert.Contains("2 partitions", _loader.Statuses.Single(s => s.Log == Blog).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readiness_EveryLogRefused_NamesThem()
    {
        await PublishAsync(Samples.Shop);
        Store.Break(Samples.Shop, new LogRefusedException("2 partitions; make it 1"));
        await _loader.StartAsync(Token);

        await UntilAsync(() => Readiness.Reasons is ["a/shop: 2 partitions; make it 1"], () => string.Join(" ", Readiness.Reasons));
    }

    [Fact]
    public async Task Readiness_OnlyRefusedLogsAtTheStart_ComesWithTheFirstWholeOne()
    {
        await PublishAsync(Samples.Shop);
        Store.Break(Samples.Shop, new LogRefusedException("2 partitions; make it 1"));
        await _loader.StartAsync(Token);
        await UntilAsync(() => Readiness.Reasons is ["a/shop: 2 partitions; make it 1"], () => string.Join(" ", Readiness.Reasons));

        await PublishAsync(Blog);
        await UntilAsync(() => Readiness.IsReady, () => string.Join(" ", Readiness.Reasons));
    }

    [Fact]
    public async Task Readiness_StoreGoneAfterwards_StaysReady()
    {
        await PublishAsync(Samples.Shop);
        await _loader.StartAsync(Token);
        await UntilAsync(() => Readiness.IsReady);

        Store.Break(Samples.Shop, new LogRefusedException("no more"));
        Area.Recreate(Samples.Shop);
        Assert.True(Readiness.IsReady);
    }

    [Fact]
    public async Task Logs_FoundLive_AreFollowedIfIncluded()
    {
        _loader.Dispose();
        _loader = NewLoader(new LoaderOptions { Origins = new HashSet<string> { "a" } });
        await _loader.StartAsync(Token);
        await PublishAsync(Samples.Shop);
        await PublishAsync(Other);
        await PublishAsync(Blog);

        await UntilAsync(() => Publisher.Calls.Count == 2 && _loader.Statuses.All(s => s.Image.Count == 3));
        Assert.Equal([Blog, Samples.Shop], _loader.Statuses.Select(s => s.Log));
        Assert.Equal(ImageHash.Combine(_loader.Statuses.Select(s => (s.Log, s.Image.Hash))), _loader.ImageHash);
    }

    [Fact]
    public async Task Log_ThatVanishes_KeepsItsImageAndIsReadOnWhenItComesBack()
    {
        await PublishAsync(Samples.Shop);
        await _loader.StartAsync(Token);
        await UntilAsync(() => Publisher.Calls.Count == 1);

        Area.Delete(Samples.Shop);
        Assert.Equal(3, Assert.Single(_loader.Statuses).Image.Count);
        var writer = await WriterAsync();
        await writer.AppendAsync(Routes(4), true, Token);
        await UntilAsync(() => Publisher.Calls.Count == 2);

        Assert.Equal(1, Publisher.Calls[1].Delta.Count);
        Assert.Single(_loader.Statuses);
    }

    [Fact]
    public async Task Execute_BugInOneLog_EndsWithIt()
    {
        await PublishAsync(Samples.Shop);
        Store.Break(Samples.Shop, new InvalidOperationException("a bug"));
        await _loader.StartAsync(Token);

        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => _loader.ExecuteTask!.WaitAsync(Until.Deadline, TimeProvider.System, Token));
        Assert.Equal("a bug", e.Message);
    }

    private async Task PublishAsync(LogName log) => await (await WriterAsync(log)).AppendAsync(Routes(3), true, Token);

    private ConfigLoader NewLoader(LoaderOptions options) => new(Store, options, Broadcast, Time, NullLoggerFactory.Instance);
}
