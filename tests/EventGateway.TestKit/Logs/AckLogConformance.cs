using System.Text;
using EventGateway.Core.Acks;
using Xunit;

namespace EventGateway.TestKit.Logs;

/// <summary>What every <see cref="IAckLog"/> promises. Each test has an empty one.</summary>
public abstract class AckLogConformance
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The log of this test.</summary>
    protected abstract Task<IAckLog> OpenAsync();

    /// <summary>The same log as another process sees it.</summary>
    protected abstract Task<IAckLog> OpenAgainAsync();

    [Fact]
    public async Task Read_EmptyLog_ReachesTheEndWithNothing()
    {
        await using var reader = (await OpenAsync()).ReadAsync(Token).GetAsyncEnumerator(Token);
        Assert.Empty(await ReadToEndAsync(reader));
    }

    [Fact]
    public async Task Read_WhatWasWritten_InOrderWithRemovals()
    {
        var log = await OpenAsync();
        await log.AppendAsync([Record("a", "1"), Record("b", "1")], Token);
        await log.AppendAsync([Record("a", null), Record("b", "2")], Token);
        await using var reader = (await OpenAgainAsync()).ReadAsync(Token).GetAsyncEnumerator(Token);
        Assert.Equal(["a=1", "b=1", "a-", "b=2"], await ReadToEndAsync(reader));
    }

    [Fact]
    public async Task Read_WhatOthersWriteMeanwhile_Comes()
    {
        var (mine, theirs) = (await OpenAsync(), await OpenAgainAsync());
        await using var reader = mine.ReadAsync(Token).GetAsyncEnumerator(Token);
        await ReadToEndAsync(reader);
        await mine.AppendAsync([Record("a", "1")], Token);
        await theirs.AppendAsync([Record("b", "1")], Token);
        Assert.Equal(["a=1", "b=1"], (await ReadUntilAsync(reader, (records, _) => records.Count == 2)).Order());
    }

    [Fact]
    public async Task Read_WhatIsWrittenWhileReading_IsNoAge()
    {
        var log = await OpenAsync();
        await using var reader = log.ReadAsync(Token).GetAsyncEnumerator(Token);
        await ReadToEndAsync(reader);
        await log.AppendAsync([Record("a", "1")], Token);
        do
        {
            Assert.True(await reader.MoveNextAsync());
        }
        while (reader.Current.Records.Count == 0);
        Assert.Equal(TimeSpan.Zero, reader.Current.Records[0].Age);
    }

    [Fact]
    public async Task Append_ManyWritersAtOnce_NothingIsLost()
    {
        var logs = new[] { await OpenAsync(), await OpenAgainAsync() };
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => logs[i % 2].AppendAsync([Record($"k{i:00}", "1")], Token)));
        await using var reader = logs[0].ReadAsync(Token).GetAsyncEnumerator(Token);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"k{i:00}=1"), (await ReadToEndAsync(reader)).Order());
    }

    private static AckRecord Record(string key, string? value) => new(key, value is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(value));

    private static Task<List<string>> ReadToEndAsync(IAsyncEnumerator<AckBatch> reader) => ReadUntilAsync(reader, (_, batch) => batch.ReachedEnd);

    private static async Task<List<string>> ReadUntilAsync(IAsyncEnumerator<AckBatch> reader, Func<List<string>, AckBatch, bool> isEnough)
    {
        var records = new List<string>();
        do
        {
            Assert.True(await reader.MoveNextAsync().AsTask().WaitAsync(Deadline, TimeProvider.System, Token));
            records.AddRange(reader.Current.Records.Select(r => r.Value is { } value ? $"{r.Key}={Encoding.UTF8.GetString(value.Span)}" : $"{r.Key}-"));
        }
        while (!isEnough(records, reader.Current));
        return records;
    }
}
