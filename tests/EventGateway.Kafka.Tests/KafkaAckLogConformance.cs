using EventGateway.Core.Acks;
using EventGateway.Core.Log;
using EventGateway.TestKit.Kafka;
using EventGateway.TestKit.Logs;
using Xunit;

namespace EventGateway.Kafka.Tests;

public sealed class KafkaAckLogConformance(SharedKafka kafka) : AckLogConformance, IAsyncLifetime
{
    private static readonly LogName Shop = new("east", "shop");

    private KafkaArea _area = null!;

    public async ValueTask InitializeAsync()
    {
        _area = await KafkaArea.OnAsync(kafka);
        await _area.Store().Topics.CreateAsync([Shop], Token);
    }

    public ValueTask DisposeAsync() => _area.DisposeAsync();

    protected override Task<IAckLog> OpenAsync() => Task.FromResult(_area.Store().Acks);

    protected override Task<IAckLog> OpenAgainAsync() => OpenAsync();

    [Fact]
    public async Task Append_TopicIsMissing_SaysWhatMakesIt()
    {
        await using var area = await KafkaArea.OnAsync(kafka);
        var acks = area.Store().Acks;
        var fault = await Assert.ThrowsAsync<LogUnavailableException>(() => acks.AppendAsync([new AckRecord("a", null)], Token));
        Assert.Contains($"{area.Prefix}.status", fault.Message, StringComparison.Ordinal);
        Assert.Contains("topics create", fault.Message, StringComparison.Ordinal);
        await using var reader = acks.ReadAsync(Token).GetAsyncEnumerator(Token);
        await Assert.ThrowsAsync<LogUnavailableException>(() => reader.MoveNextAsync().AsTask());

        await area.Store().Topics.CreateAsync([Shop], Token);
        await acks.AppendAsync([new AckRecord("a", null)], Token);
    }

    [Fact]
    public async Task Read_RecordsOfBefore_TellTheirAgeByTheBrokersClock()
    {
        var acks = await OpenAsync();
        var before = TimeProvider.System.GetTimestamp();
        await acks.AppendAsync([new AckRecord("a", new byte[] { 1 })], Token);
        await foreach (var batch in (await OpenAgainAsync()).ReadAsync(Token))
        {
            if (batch.Records.Count > 0)
            {
                Assert.InRange(batch.Records[0].Age, TimeSpan.Zero, TimeProvider.System.GetElapsedTime(before) + TimeSpan.FromSeconds(1));
                break;
            }
        }
    }
}
