using EventGateway.Core.Log;
using Xunit;

namespace EventGateway.TestKit.Logs;

public abstract partial class ConfigLogConformance
{
    [Fact]
    public async Task History_OfAppends_HasOneEntryForEachThatBroughtOne()
    {
        var (_, log, writer) = await ShopAsync();
        Assert.Empty(await ReadHistoryAsync(log));
        await AppendWithHistoryAsync(writer, Put("change/1", "one"), Put("a", "1"), Put("b", "1"), Put("commit", "1"));
        await AppendAsync(writer, Put("heartbeat", "1"));
        await AppendWithHistoryAsync(writer, Put("change/2", "two"), Put("a", "2"));
        await AppendAsync(writer, Put("heartbeat", "2"));

        var entries = await ReadHistoryAsync(log);

        AssertRecords([Put("change/1", "one"), Put("change/2", "two")], entries);
        Assert.True(entries[0].Offset >= 0 && entries[1].Offset > entries[0].Offset, $"Offsets: {entries[0].Offset}, {entries[1].Offset}");
        AssertRecords([Put("change/2", "two")], await ReadHistoryAsync(log, entries[0].Offset + 1));
        AssertRecords([Put("change/2", "two")], await ReadHistoryAsync(log, entries[1].Offset));
        Assert.Empty(await ReadHistoryAsync(log, entries[1].Offset + 1));
    }

    [Fact]
    public async Task History_OfAFencedAppend_HasNoEntry()
    {
        var (_, log, older) = await ShopAsync();
        await AppendWithHistoryAsync(older, Put("change/1", "older"), Put("a", "1"));
        var newer = await ClaimAsync(log);
        await Assert.ThrowsAsync<LogFencedException>(() => AppendWithHistoryAsync(older, Put("change/2", "fenced"), Put("a", "2")));
        await AppendWithHistoryAsync(newer, Put("change/2", "newer"), Put("a", "2"));

        AssertRecords([Put("change/1", "older"), Put("change/2", "newer")], await ReadHistoryAsync(log));
    }

    [Fact]
    public async Task History_OfManyAppends_IsReadToItsEnd()
    {
        var (_, log, writer) = await ShopAsync();
        var expected = Enumerable.Range(0, 60).Select(i => Put($"change/{i}", new string('x', 100 * i))).ToList();
        foreach (var entry in expected)
        {
            await AppendWithHistoryAsync(writer, entry, Put("a", entry.Key));
        }

        AssertRecords(expected, await ReadHistoryAsync(log));
    }
}
