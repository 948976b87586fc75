using EventGateway.Core.Log;
using Xunit;
using static EventGateway.Embedded.Tests.TestLogs;

namespace EventGateway.Embedded.Tests;

public sealed class SqliteDurabilityTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(250)]
    public async Task Kill_WhileAppending_LosesNothingAcknowledgedAndSplitsNothing(int appends)
    {
        using var process = AppendingProcess.Start(_folder.Path);
        var acknowledged = -1;
        while (acknowledged < appends)
        {
            acknowledged = await process.NextAcknowledgedAsync(Deadline);
        }

        acknowledged = (await process.KillAsync(Deadline)).Append(acknowledged).Max();

        await using var store = Open(_folder);
        var log = store.Open(AppendingProcess.Log);
        await using var collector = Collect(log);
        await collector.WaitForEndAsync();
        var groups = collector.Records.Chunk(AppendingProcess.GroupSize).ToList();
        Assert.InRange(groups.Count, acknowledged + 1, acknowledged + 2);
        Assert.All(groups.Index(), g => Assert.Equal(Enumerable.Range(0, AppendingProcess.GroupSize).Select(n => $"k{g.Index}-{n}"), g.Item.Select(r => r.Key)));
        Assert.Equal(Enumerable.Range(0, groups.Count).Select(i => $"h{i}"), await HistoryKeysAsync(log));

        await using var writer = await log.ClaimAsync(CancellationToken.None);
        Assert.Equal(collector.Records[^1].Offset + 1, await writer.AppendAsync(Put("after")));
    }

    [Fact]
    public async Task Open_FolderOfALivingProcess_IsRefusedWithFolderAndPid()
    {
        using var process = AppendingProcess.Start(_folder.Path);
        await process.NextAcknowledgedAsync(Deadline);

        var refusal = Assert.Throws<LogRefusedException>(() => Open(_folder));

        Assert.Contains(_folder.Path, refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"process {process.Id} on ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--data", refusal.Message, StringComparison.Ordinal);
        var next = await process.NextAcknowledgedAsync(Deadline);
        Assert.True(next > 0, "The process that has the folder must go on");
    }

    [Fact]
    public async Task Open_FolderThatThisProcessHasOpen_IsRefusedUntilItIsClosed()
    {
        await using (Open(_folder))
        {
            var refusal = Assert.Throws<LogRefusedException>(() => Open(_folder));
            Assert.Contains($"process {Environment.ProcessId} on ", refusal.Message, StringComparison.Ordinal);
        }

        await using var again = Open(_folder);
    }
}
