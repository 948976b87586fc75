using System.Security.Cryptography;
using EventGateway.Core.Log;
using Xunit;

namespace EventGateway.TestKit.Logs;

public abstract partial class ConfigLogConformance
{
    [Fact]
    public async Task Read_AppendedRecords_ComeBackInOrderWithAllTheyCarry()
    {
        var (_, log, writer) = await ShopAsync();
        LogRecord[] first = [Put("route/shop/a/0", "a1"), Put("backend/shop/b", "b1"), Remove("route/shop/gone/0", 7, 3), Put("commit", "1")];
        LogRecord[] second = [Put("route/shop/a/0", "a2"), Remove("backend/shop/ümläut ☂"), Put("commit", "2")];

        var firstCommit = await AppendAsync(writer, first);
        var secondCommit = await AppendAsync(writer, second);
        var read = await ReadAllAsync(log);

        AssertRecords([.. first, .. second], read);
        Assert.Equal([firstCommit, secondCommit], read.Where(r => r.Key == "commit").Select(r => r.Offset));
    }

    [Fact]
    public async Task Read_EmptyLog_GivesAFirstBatchThatReachedTheEnd()
    {
        var store = await StoreAsync();
        var log = await LogAsync(store, Shop);
        await using var writer = await ClaimAsync(log);
        var collector = Collect(log);

        await collector.WaitForEndAsync();

        var batch = Assert.Single(collector.Batches);
        Assert.Empty(batch.Records);
        Assert.Equal(LogReset.None, batch.Reset);
        Assert.Equal(await log.GetEndAsync(Token), batch.EndOffset);
        Assert.True(store.IsConnected);
    }

    [Fact]
    public async Task Read_FromAnOffset_GivesThatRecordAndLaterOnes()
    {
        var (_, log, writer) = await ShopAsync();
        await AppendAsync(writer, Put("a", "1"), Put("b", "1"));
        await AppendAsync(writer, Put("c", "1"), Put("d", "1"));
        var all = await ReadAllAsync(log);

        foreach (var start in all)
        {
            var collector = Collect(log, start.Offset);
            await collector.WaitForEndAsync();
            AssertRecords(all.Where(r => r.Offset >= start.Offset), collector.Records);
            Assert.All(collector.Batches, b => Assert.Equal(LogReset.None, b.Reset));
        }
    }

    [Fact]
    public async Task Read_FromTheNextOffsetOfAnEarlierReader_GoesOnWithoutLossOrRepeat()
    {
        var (_, log, writer) = await ShopAsync();
        var expected = new List<LogRecord>();
        var read = new List<LogRecord>();
        var next = 0L;
        for (var round = 0; round < 5; round++)
        {
            LogRecord[] records = [Put($"k{round}", "1"), Put("commit", $"{round}")];
            await AppendAsync(writer, records);
            expected.AddRange(records);
            await using var collector = LogCollector.Start(log, next, Deadline);
            await collector.WaitForEndAsync();
            await collector.StopAsync();
            read.AddRange(collector.Records);
            next = collector.Batches[^1].NextOffset;
            Assert.All(collector.Batches, b => Assert.Equal(LogReset.None, b.Reset));
        }

        AssertRecords(expected, read);
    }

    [Fact]
    public async Task Read_FromTheEnd_GivesAnEmptyBatchThenWhatComes()
    {
        var (_, log, writer) = await ShopAsync();
        await AppendAsync(writer, Put("old", "1"));
        var end = await log.GetEndAsync(Token);
        var collector = Collect(log, end);
        await collector.WaitForEndAsync();
        Assert.Empty(collector.Records);

        await AppendAsync(writer, Put("new", "1"));
        await collector.WaitForKeyAsync("new");

        AssertRecords([Put("new", "1")], collector.Records);
        Assert.All(collector.Batches, b => Assert.Equal(LogReset.None, b.Reset));
        Assert.All(collector.Batches, b => Assert.Equal(end, b.EndOffset));
    }

    [Fact]
    public async Task Read_FromBehindTheEnd_SaysResetAndStartsAtTheBeginning()
    {
        var (_, log, writer) = await ShopAsync();
        await AppendAsync(writer, Put("a", "1"), Put("b", "1"));
        var collector = Collect(log, await log.GetEndAsync(Token) + 1000);

        await collector.WaitForRecordsAsync(2);
        await collector.WaitForEndAsync();

        Assert.NotEqual(LogReset.None, collector.Batches.First(b => b.Records.Count > 0 || b.Reset != LogReset.None).Reset);
        AssertRecords([Put("a", "1"), Put("b", "1")], collector.Records);
    }

    [Fact]
    public async Task Read_AfterReachedEnd_NewRecordsArrive()
    {
        var (_, log, writer) = await ShopAsync();
        var collector = Collect(log);
        await collector.WaitForEndAsync();
        for (var i = 0; i < 10; i++)
        {
            var offset = await AppendAsync(writer, Put($"k{i}", "1"), Put("commit", $"{i}"));
            await collector.WaitAsync(c => c.Records.Any(r => r.Offset == offset), $"the record at {offset}");
        }

        Assert.Equal(20, collector.Records.Count);
        Assert.Single(collector.Batches.Select(b => b.EndOffset).Distinct());
    }

    [Fact]
    public async Task Read_WhileRecordsArrive_ReachesTheEndItCaptured()
    {
        var (_, log, writer) = await ShopAsync();
        for (var i = 0; i < 20; i++)
        {
            await AppendAsync(writer, [.. Enumerable.Range(0, 25).Select(n => Put($"before-{i}-{n}", "1"))]);
        }

        using var enough = new CancellationTokenSource();
        var appending = Task.Run(async () =>
        {
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                await writer.AppendAsync([Put("meanwhile", $"{i}")], null, Token);
            }
        });
        var readers = Enumerable.Range(0, 3).Select(_ => Collect(log)).ToList();
        foreach (var reader in readers)
        {
            await reader.WaitForEndAsync();
        }

        await enough.CancelAsync();
        await appending;
        var all = await ReadAllAsync(log);
        foreach (var reader in readers)
        {
            var batches = reader.Batches;
            var reached = batches.TakeWhile(b => !b.ReachedEnd).Count();
            var end = batches[reached].EndOffset;
            var delivered = batches.Take(reached + 1).SelectMany(b => b.Records).Where(r => r.Offset < end);
            AssertRecords(all.Where(r => r.Offset < end), delivered);
            Assert.True(end > all[499].Offset, $"EndOffset is {end}, but the record at {all[499].Offset} was there before reading started");
        }
    }

    [Fact]
    public async Task Read_SeveralReaders_EachGetsEverything()
    {
        var (_, log, writer) = await ShopAsync();
        await AppendAsync(writer, Put("a", "1"));
        var readers = Enumerable.Range(0, 5).Select(_ => Collect(log)).ToList();
        await AppendAsync(writer, Put("b", "1"), Remove("a", 5, 1), Put("end", "1"));

        foreach (var reader in readers)
        {
            await reader.WaitForKeyAsync("end");
            AssertRecords([Put("a", "1"), Put("b", "1"), Remove("a", 5, 1), Put("end", "1")], reader.Records);
        }
    }

    [Fact]
    public async Task Read_Cancelled_EndsAndTheLogGoesOn()
    {
        var (_, log, writer) = await ShopAsync();
        await AppendAsync(writer, Put("a", "1"));
        var first = Collect(log);
        var second = Collect(log);
        await first.WaitForEndAsync();
        await second.WaitForEndAsync();

        await first.StopAsync();
        await AppendAsync(writer, Put("b", "1"));
        await second.WaitForKeyAsync("b");

        AssertRecords([Put("a", "1")], first.Records);
        AssertRecords([Put("a", "1"), Put("b", "1")], await ReadAllAsync(log));
    }

    [Fact]
    public async Task Read_AlreadyCancelled_EndsAtOnce()
    {
        var (_, log, writer) = await ShopAsync();
        await AppendAsync(writer, Put("a", "1"));
        var collector = Collect(log);
        await collector.StopAsync();
        AssertRecords([Put("a", "1")], await ReadAllAsync(log));
    }

    [Fact]
    public async Task Read_ValuesUpToOneMebibyte_ComeBackWhole()
    {
        var (_, log, writer) = await ShopAsync();
        LogRecord[] records = [.. new[] { 1, 1000, 100_000, 1 << 20, 1 << 20, 17 }.Select((n, i) => Put($"k{i}", RandomNumberGenerator.GetBytes(n)))];

        await AppendAsync(writer, records);

        AssertRecords(records, await ReadAllAsync(log));
    }

    [Fact]
    public async Task Read_OneAppendOfManyRecords_ComesBackInOrder()
    {
        var (_, log, writer) = await ShopAsync();
        LogRecord[] records = [.. Enumerable.Range(0, 5000).Select(i => i % 7 == 0 ? Remove($"k{i}", i, 1) : Put($"k{i}", $"{i}"))];

        var last = await AppendAsync(writer, records);
        var read = await ReadAllAsync(log);

        AssertRecords(records, read);
        Assert.Equal(last, read[^1].Offset);
    }

    [Fact]
    public async Task GetEnd_AfterAppends_IsBehindTheLastRecordAndGrows()
    {
        var (_, log, writer) = await ShopAsync();
        var before = await log.GetEndAsync(Token);
        var last = before - 1;
        for (var i = 0; i < 5; i++)
        {
            var offset = await AppendAsync(writer, Put("k", $"{i}"));
            var end = await log.GetEndAsync(Token);
            Assert.True(offset > last, $"An append returned {offset} after {last}");
            Assert.True(end > offset, $"The end is {end}, but a record is at {offset}");
            last = end - 1;
        }

        Assert.Equal(last + 1, await log.GetEndAsync(Token));
        var collector = Collect(log);
        await collector.WaitForEndAsync();
        Assert.Equal(last + 1, collector.Batches[0].EndOffset);
    }
}
