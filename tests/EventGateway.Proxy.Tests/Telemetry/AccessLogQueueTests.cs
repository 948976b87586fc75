using EventGateway.Proxy.Telemetry;

namespace EventGateway.Proxy.Tests.Telemetry;

public sealed class AccessLogQueueTests
{
    private readonly AccessLogQueue _queue = new();

    [Fact]
    public void TryAdd_NobodyTakes_RefusesWhatHasNoRoomAndTakesItOnceThereIs()
    {
        var line = new byte[1000];
        var taken = 0;
        while (_queue.TryAdd(line))
        {
            taken++;
        }

        Assert.Equal(AccessLogQueue.MaxBytes / line.Length, taken);
        var pieces = _queue.TakeAll(TimeSpan.Zero);
        Assert.Equal(taken * line.Length, pieces.Sum(p => p.Count));
        Assert.False(_queue.TryAdd(line), "What was taken still lies in memory until it is given back");
        _queue.Return(pieces[0]);
        Assert.True(_queue.TryAdd(line));
    }

    [Fact]
    public void TakeAll_LinesLongerThanAPiece_AreWhole()
    {
        byte[][] lines = [[1], [.. Enumerable.Repeat((byte)2, 200_000)], [3]];
        Assert.All(lines, l => Assert.True(_queue.TryAdd(l)));
        Assert.Equal(lines.SelectMany(l => l), _queue.TakeAll(TimeSpan.Zero).SelectMany(p => p));
    }

    [Fact]
    public async Task TakeAll_Completed_GivesWhatIsThereAndThenNothing()
    {
        var waiting = Task.Run(() => _queue.TakeAll(TimeSpan.FromMinutes(1)).Count, TestContext.Current.CancellationToken);
        Assert.True(_queue.TryAdd([1]));
        _queue.Complete();
        Assert.False(_queue.TryAdd([2]));
        Assert.InRange(await waiting, 0, 1);
        var rest = _queue.TakeAll(TimeSpan.FromMinutes(1));
        Assert.Empty(_queue.TakeAll(TimeSpan.FromMinutes(1)));
        Assert.Equal(1, await waiting + rest.Count);
    }
}
