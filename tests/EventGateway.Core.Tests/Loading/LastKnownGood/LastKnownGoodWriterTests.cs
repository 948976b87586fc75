using EventGateway.Core.Image;
using EventGateway.Core.Loading.LastKnownGood;
using EventGateway.Core.Log;
using EventGateway.Core.Tests.Image;
using Xunit;

namespace EventGateway.Core.Tests.Loading.LastKnownGood;

public sealed class LastKnownGoodWriterTests : IAsyncLifetime
{
    private static readonly LogName Blog = new("a", "blog");
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private readonly string _data = Directory.CreateTempSubdirectory("eventgateway-lkg-").FullName;
    private readonly TestTime _time = new();
    private readonly RecordingLogger<LastKnownGoodWriter> _logger = new();
    private LastKnownGoodFolder _folder = null!;
    private LastKnownGoodWriter _writer = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => StartAsync(1024 * 1024);

    public async ValueTask DisposeAsync()
    {
        await _writer.StopAsync(CancellationToken.None);
        _writer.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task OnImage_FirstOfEachLog_IsWrittenSoon()
    {
        On(Samples.Shop, 1);
        On(Blog, 7);
        await UntilAsync(() => CommitOf(Samples.Shop) == 1 && CommitOf(Blog) == 7);
        Assert.Equal(2, Read().Count);
    }

    [Fact]
    public async Task OnImage_ManyInARow_WritesTheLastOnceAnInterval()
    {
        On(Samples.Shop, 1);
        await UntilAsync(() => CommitOf(Samples.Shop) == 1);
        On(Samples.Shop, 2);
        await UntilAsync(() => CommitOf(Samples.Shop) == 2);

        // From here on, one file a second whatever comes.
        var writes = 0;
        for (var commit = 3; commit < 103; commit++)
        {
            var before = CommitOf(Samples.Shop);
            On(Samples.Shop, commit);
            _time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
            writes += CommitOf(Samples.Shop) == before ? 0 : 1;
        }

        await UntilAsync(() => CommitOf(Samples.Shop) == 102);
        Assert.InRange(writes, 0, 3);
    }

    [Fact]
    public async Task OnImage_LargeFile_WaitsAsLongAsItsSizeAsks()
    {
        await RestartAsync(bytesPerSecond: 10);
        On(Samples.Shop, 1);
        await UntilAsync(() => CommitOf(Samples.Shop) == 1);
        On(Samples.Shop, 2);
        await UntilAsync(() => CommitOf(Samples.Shop) == 2);
        var seconds = new FileInfo(_folder.PathOf(Samples.Shop)).Length / 10;
        Assert.True(seconds > 10, $"The file is too small for this test: {seconds} s.");

        On(Samples.Shop, 3);
        var started = _time.GetTimestamp();
        await UntilAsync(() => CommitOf(Samples.Shop) == 3);
        Assert.InRange(_time.GetElapsedTime(started).TotalSeconds, seconds - 1, seconds + 10);

        // A log that has no file yet does not wait for that.
        On(Samples.Shop, 4);
        On(Blog, 1);
        started = _time.GetTimestamp();
        await UntilAsync(() => CommitOf(Blog) == 1);
        Assert.InRange(_time.GetElapsedTime(started).TotalSeconds, 0, seconds - 1);
    }

    [Fact]
    public async Task OnImage_ImageThatIsOnTheDisk_WritesNothing()
    {
        On(Samples.Shop, 1);
        await UntilAsync(() => CommitOf(Samples.Shop) == 1);
        File.Delete(_folder.PathOf(Samples.Shop));
        On(Samples.Shop, 1);
        On(Blog, 1);
        await UntilAsync(() => CommitOf(Blog) == 1);
        Assert.False(File.Exists(_folder.PathOf(Samples.Shop)));
    }

    [Fact]
    public async Task StopAsync_WhatStillWaits_IsWritten()
    {
        On(Samples.Shop, 1);
        await UntilAsync(() => CommitOf(Samples.Shop) == 1);
        On(Samples.Shop, 2);
        On(Samples.Shop, 3);
        await _writer.StopAsync(Token);
        Assert.Equal(3, Assert.Single(Read()).Image!.Position.Commit);
    }

    [Fact]
    public async Task OnImage_FolderIsGone_IsToldOnceCountedAndTriedAgain()
    {
        On(Samples.Shop, 1);
        await UntilAsync(() => CommitOf(Samples.Shop) == 1);
        Directory.Delete(_folder.Options.Folder, recursive: true);
        On(Samples.Shop, 2);
        await UntilAsync(() => _writer.Failures >= 3);
        Assert.NotNull(_writer.Fault);
        Assert.Single(_logger.Of(1031));

        On(Samples.Shop, 3);
        LastKnownGoodFolder.Prepare(_data, out _);
        await UntilAsync(() => _logger.Of(1032).Any());
        Assert.Null(_writer.Fault);
        Assert.Single(_logger.Of(1032));
        Assert.Equal(3, Assert.Single(Read()).Image!.Position.Commit);
    }

    private async ValueTask StartAsync(long bytesPerSecond)
    {
        var path = LastKnownGoodFolder.Prepare(_data, out var fault);
        Assert.Null(fault);
        _folder = new LastKnownGoodFolder(new LastKnownGoodOptions { Folder = path, BytesPerSecond = bytesPerSecond });
        _writer = new LastKnownGoodWriter(_folder, _time, _logger);
        await _writer.StartAsync(Token);
    }

    private async Task RestartAsync(long bytesPerSecond)
    {
        await _writer.StopAsync(Token);
        _writer.Dispose();
        await StartAsync(bytesPerSecond);
    }

    private void On(LogName log, int commit)
    {
        var image = LogScript.Replay([LogScript.Put(LogScript.Keys[0], commit, 1, commit), LogScript.Commit(ConfigImage.Empty, commit, 1, commit + 1)]);
        _writer.OnImage(log, ConfigDelta.FromEmpty(image), image);
    }

    private long CommitOf(LogName log) => _folder.Copies.TryGetValue(log, out var copy) ? copy.Commit : 0;

    private IReadOnlyList<LastKnownGoodFile> Read() => new LastKnownGoodFolder(_folder.Options).Read(_ => true);

    private Task UntilAsync(Func<bool> condition) => Until.TrueAsync(
        _time, Step, condition, () => $"On the disk: {string.Join(", ", _folder.Copies.Select(c => $"{c.Key}@{c.Value.Commit}"))}; failures: {_writer.Failures}");
}
