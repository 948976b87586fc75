using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using EventGateway.Core.Tests.Image;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EventGateway.Core.Tests.Loading;

public sealed class ImageLoaderTests : LoaderTests, IAsyncLifetime
{
    private static readonly EntityKey RouteA = LogScript.Keys[0];
    private static readonly EntityKey RouteB = LogScript.Keys[1];
    private readonly CancellationTokenSource _stop = new();
    private readonly ImageLoader _loader;
    private Task _running = Task.CompletedTask;

    public ImageLoaderTests() => _loader = new ImageLoader(Store.Open(Samples.Shop), Broadcast, Time, NullLogger<ImageLoader>.Instance);

    private LogStatus Status => _loader.Status;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public new async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task Run_LongLog_PublishesNothingBeforeTheCapturedEnd()
    {
        var writer = await WriterAsync();
        for (var i = 0; i < 20; i++)
        {
            await writer.AppendAsync(Set([.. Enumerable.Range(0, 50).Select(n => (EntityKey.Route("shop", $"r{i}-{n}", "0"), 1))]), true, Token);
        }

        Start();
        await UntilAsync(() => Publisher.Calls.Count > 0 && Status.CaughtUp);

        var (_, delta, image) = Publisher.Calls[0];
        Assert.Equal((1000, 1000, 20), (delta.Count, image.Count, image.Position.Commit));
        Assert.Same(ConfigImage.Empty, delta.From);
        Assert.True(Status is { CaughtUp: true, HashMatches: true, Refused: [] });
    }

    [Fact]
    public async Task Run_LogNotPopulatedYet_PublishesNothingUntilItIs()
    {
        var writer = await WriterAsync();
        Start();
        await writer.AppendAsync(Set((RouteA, 1)), populated: false, Token);
        await writer.AppendAsync(Set((RouteB, 1)), populated: false, Token);
        await UntilAsync(() => Status.ReadOffset == 5);
        Assert.Empty(Publisher.Calls);
        Assert.Same(ConfigImage.Empty, Status.Image);

        await writer.BeatAsync(populated: true, Token);
        await UntilAsync(() => Publisher.Calls.Count == 1);
        Assert.Equal(2, Publisher.Calls[0].Delta.Count);

        await writer.AppendAsync(Set((RouteA, 2)), populated: true, Token);
        await UntilAsync(() => Publisher.Calls.Count == 2);
        Assert.Equal(1, Publisher.Calls[1].Delta.Count);
        Assert.Same(Publisher.Calls[0].Image, Publisher.Calls[1].Delta.From);
    }

    [Fact]
    public async Task Run_Heartbeat_MovesThePositionAndPublishesNothing()
    {
        var writer = await PublishedAsync((RouteA, 1));
        var heard = Status.LastHeardAt;
        Time.Advance(TimeSpan.FromSeconds(3));
        await writer.BeatAsync(false, Token);

        await UntilAsync(() => Status.Image.Position.Sequence == 4);
        Assert.Equal(heard + TimeSpan.FromSeconds(3), Status.LastHeardAt);
        Assert.Equal(1, Status.Image.Position.Commit);
        Assert.Single(Publisher.Calls);
    }

    [Fact]
    public async Task Run_RecreatedLog_SwapsOnceItIsWhole()
    {
        await PublishedAsync((RouteA, 1), (RouteB, 1));
        var old = Publisher.Calls[0].Image;

        Area.Recreate(Samples.Shop);
        var writer = await WriterAsync();
        await writer.AppendAsync(Set((RouteA, 1)), populated: false, Token);
        await UntilAsync(() => Status.EndOffset <= 1 && Status.ReadOffset == 3);
        Assert.Same(old, Status.Image);
        Assert.Single(Publisher.Calls);

        await writer.AppendAsync(Set((LogScript.Keys[2], 1)), populated: true, Token);
        await UntilAsync(() => Publisher.Calls.Count == 2);
        var (_, delta, image) = Publisher.Calls[1];
        Assert.Same(old, delta.From);
        Assert.Equal(RouteB, Assert.Single(delta.Routes!.Removed).Entity.Key);
        Assert.Empty(delta.Routes.Changed);
        Assert.Single(delta.Backends!.Changed);
        Assert.Equal(LogScript.Describe(writer.Image), LogScript.Describe(image));
    }

    [Fact]
    public async Task Run_HeartbeatOfAWriterThatMissedTheRecreation_EmptiesNothing()
    {
        var older = await PublishedAsync((RouteA, 1), (RouteB, 1));
        var heartbeat = LogScript.Commit(older.Image, 1, 1, 99, CommitReason.Heartbeat);

        Area.Recreate(Samples.Shop);
        Area.Inject(Samples.Shop, heartbeat);
        await UntilAsync(() => !Status.HashMatches);
        Area.Inject(Samples.Shop, LogScript.Commit(older.Image, 1, 1, 100, CommitReason.Heartbeat));
        await UntilAsync(() => Status.ReadOffset == 2);
        Assert.Single(Publisher.Calls);
        Assert.Equal(2, Status.Image.Count);

        var writer = await WriterAsync();
        Assert.False(writer.IsPopulated);
        await writer.AppendAsync(Set((RouteA, 1)), populated: false, Token);
        await writer.AppendAsync(Set((RouteB, 3)), populated: true, Token);
        await UntilAsync(() => Publisher.Calls.Count == 2);
        Assert.Equal(1, Publisher.Calls[1].Delta.Count);
        Assert.Equal(2, Status.Image.Count);
    }

    [Fact]
    public async Task Run_ResetOfALogWithARecordOfANewerBuild_GoesOn()
    {
        var writer = await PublishedAsync((RouteA, 1));
        Area.Inject(Samples.Shop, RecordCodecAltered(Samples.Unknown(), writer));
        await writer.AppendAsync(Set((RouteB, 1)), true, Token);
        await UntilAsync(() => Status.Refused.Length == 1);

        // The reader was not past a removal that is gone now; the log is the same one.
        Area.Truncate(Samples.Shop, Area.RecordsOf(Samples.Shop).Count);
        Area.Inject(Samples.Shop, LogScript.Put(RouteA, 4, 1, 50));
        Area.Inject(Samples.Shop, LogScript.Commit(writer.Image, 3, 1, 51));
        await UntilAsync(() => Publisher.Calls[^1].Image.Position.Commit == 3, () => $"{Status}");
    }

    [Fact]
    public async Task Run_TruncatedLog_IsReadAnewAndSwapped()
    {
        var writer = await PublishedAsync((RouteA, 1));
        await writer.AppendAsync(Set((RouteB, 1)), true, Token);
        await UntilAsync(() => Publisher.Calls.Count == 2);

        Area.Truncate(Samples.Shop, 3);
        await UntilAsync(() => Publisher.Calls.Count == 3);
        Assert.Equal(RouteB, Assert.Single(Publisher.Calls[2].Delta.Routes!.Removed).Entity.Key);
        await UntilAsync(() => Status.Image.Position.Commit == 1);
    }

    [Fact]
    public async Task Run_HashThatDiffers_IsReadAnewOnceThenServed()
    {
        var writer = await PublishedAsync((RouteA, 1));
        Assert.Equal(1, Reads - 1);

        Area.Inject(Samples.Shop, LogScript.Put(RouteB, 1, 1, 50));
        Area.Inject(Samples.Shop, LogScript.Commit(writer.Image, 2, 1, 51));
        await UntilAsync(() => Status.Image.Count == 2);
        Assert.Equal(3, Reads);
        Assert.False(Status.HashMatches);
        Assert.True(Status.CaughtUp);

        // As long as it does not match, once more would not help.
        Area.Inject(Samples.Shop, LogScript.Put(RouteB, 2, 1, 52));
        Area.Inject(Samples.Shop, LogScript.Commit(writer.Image, 3, 1, 53));
        await UntilAsync(() => Status.Image.Position.Commit == 3);
        Assert.Equal(3, Reads);
        Assert.Equal(3, Publisher.Calls.Count);
    }

    [Fact]
    public async Task Run_HashThatDiffersAtTheStart_IsNotPublishedBeforeItWasReadAnew()
    {
        Area.Inject(Samples.Shop, LogScript.Put(RouteA, 1, 1, 1));
        Area.Inject(Samples.Shop, LogScript.Commit(ConfigImage.Empty, 1, 1, 2));
        Start();

        await UntilAsync(() => Status.CaughtUp);
        Assert.Equal(2, Reads);
        Assert.Single(Publisher.Calls);
        Assert.Equal(1, Status.Image.Count);
    }

    [Fact]
    public async Task Run_CorruptRecord_KeepsThePreviousValueIsReportedAndCleared()
    {
        var writer = await PublishedAsync((RouteA, 1), (RouteB, 1));
        Area.Inject(Samples.Shop, new LogRecord(RouteA.Text, "garbage"u8.ToArray()));
        await writer.BeatAsync(false, Token);
        await UntilAsync(() => Status.Refused.Length == 1);
        Assert.Equal(RouteA.Text, Status.Refused[0].Key);
        Assert.Equal(2, Status.Image.Count);
        Assert.True(Status.HashMatches);

        await writer.AppendAsync(Set((RouteA, 2)), true, Token);
        await UntilAsync(() => Status.Refused.IsEmpty);
        Assert.Equal(2, Publisher.Calls.Count);
    }

    [Fact]
    public async Task Run_RefusedLog_SaysWhyAndGoesOnWhenItIsMended()
    {
        Store.Break(Samples.Shop, new LogRefusedException("cleanup.policy is delete; set it to compact"));
        Start();
        await UntilAsync(() => Status.Fault is not null);
        Assert.Contains("compact", Status.Fault, StringComparison.Ordinal);
        Assert.False(Status.CaughtUp);

        Store.Heal(Samples.Shop);
        var writer = await WriterAsync();
        await writer.AppendAsync(Set((RouteA, 1)), true, Token);
        await Until.TrueAsync(Time, TimeSpan.FromSeconds(1), () => Publisher.Calls.Count == 1, () => $"{Status}");
        await UntilAsync(() => Status is { Fault: null, CaughtUp: true });
    }

    [Fact]
    public async Task Status_WhatPublishersCannotUse_IsInIt()
    {
        await PublishedAsync((RouteA, 1));
        Publisher.Unusable = [new RefusedRecord("certificate/shop/tls", "the key ring has no key 'k2'")];
        Assert.Equal(Publisher.Unusable, Status.Refused);
    }

    private int Reads => Store.ReadsOf(Samples.Shop);

    /// <summary>A record of a schema this build does not read, behind what the writer has written.</summary>
    private static LogRecord RecordCodecAltered(Entity entity, LogSession writer) => Wire.RecordCodecTests.Altered(entity, e =>
        (e.Schema, e.Epoch, e.Sequence) = (2, (ulong)writer.Image.Position.Epoch, (ulong)writer.Image.Position.Sequence + 1));

    private void Start() => _running = Task.Run(() => _loader.RunAsync(_stop.Token), Token);

    private async Task<LogSession> PublishedAsync(params (EntityKey, int)[] entities)
    {
        var writer = await WriterAsync();
        await writer.AppendAsync(Set(entities), true, Token);
        Start();
        await UntilAsync(() => Publisher.Calls.Count == 1 && Status.CaughtUp);
        return writer;
    }
}
