using EventGateway.Core.Log;
using EventGateway.TestKit.Kafka;
using EventGateway.TestKit.Logs;

namespace EventGateway.Kafka.Tests;

/// <summary>What every log promises, held against a real broker.</summary>
public sealed class KafkaConfigLogConformance(SharedKafka kafka) : ConfigLogConformance
{
    private KafkaArea _area = null!;

    public override async ValueTask InitializeAsync() => _area = await KafkaArea.OnAsync(kafka);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _area.DisposeAsync();
    }

    protected override Task<IConfigLogStore> OpenStoreAsync() => Task.FromResult<IConfigLogStore>(_area.Store());

    protected override Task<IConfigLogStore> OpenSecondStoreAsync() => OpenStoreAsync();

    protected override async Task CreateLogAsync(IConfigLogStore store, LogName name) =>
        await ((KafkaConfigLogStore)store).Topics.CreateAsync([name], Token);

    protected override async Task RecreateLogAsync(IConfigLogStore store, LogName name)
    {
        await _area.DeleteTopicsAsync(_area.Names.Config(name), _area.Names.History(name));
        await CreateLogAsync(store, name);
    }

    protected override async Task CompactAsync(IConfigLogStore store, LogName name)
    {
        var log = store.Open(name);
        var before = (await ReadAllAsync(log)).Count;
        await _area.CompactAsync(_area.Names.Config(name), async () => (await ReadAllAsync(log)).Count < before);
    }
}
