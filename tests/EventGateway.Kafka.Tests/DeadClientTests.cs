using EventGateway.TestKit.Kafka;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EventGateway.Kafka.Tests;

public sealed class DeadClientTests(SharedKafka kafka) : KafkaTestBase(kafka)
{
    [Fact]
    public async Task Monitor_SessionThatGetsNothingThoughThereIsMore_RebuildsTheClient()
    {
        var (store, log) = await Area.LogAsync(Shop);
        await using (var writer = await log.ClaimAsync(Token))
        {
            await writer.AppendAsync([Put("a", "1")], null, Token);
        }

        var options = Area.Options();
        var seen = new SeenEvents();
        var connection = new KafkaConnectionState(options, seen);
        await using var tailer = new KafkaTailer(options, connection, seen);
        await using var monitor = new KafkaMonitor(options, store.Admin, connection, TimeProvider.System, seen);
        var topic = await store.Admin.DescribeAsync(Area.Names.Config(Shop), Token);
        var offsets = (await store.Admin.GetOffsetsAsync([Area.Names.Config(Shop)], Token)).Values.Single();

        // Watched, but never given to the tailer: what a client that has lost its brokers for good looks like.
        monitor.Watch(new TailSession(Shop, topic!, 0, offsets), tailer);

        await seen.WaitForAsync(2015, Deadline);
    }

    [Fact]
    public async Task Monitor_SessionThatWaitsAtTheEndOrBehindAnOpenTransaction_LeavesTheClientAlone()
    {
        var (store, log) = await Area.LogAsync(Shop, o => o.CheckInterval = TimeSpan.FromMilliseconds(250));
        await using (var writer = await log.ClaimAsync(Token))
        {
            await writer.AppendAsync([Put("a", "1")], null, Token);
        }

        using var open = Area.Producer();
        open.BeginTransaction();
        await open.ProduceAsync(
            new Confluent.Kafka.TopicPartition(Area.Names.Config(Shop), 0), new Confluent.Kafka.Message<string, byte[]> { Key = "open", Value = [1] }, Token);

        var options = Area.Options(o => o.CheckInterval = TimeSpan.FromMilliseconds(250));
        var seen = new SeenEvents();
        await using var watched = new KafkaConfigLogStore(options, seen, TimeProvider.System);
        var collector = Collect(watched.Open(Shop));
        await collector.WaitForKeyAsync("a");
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Token);
        open.AbortTransaction(Deadline);
        await collector.WaitForEndAsync();
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Token);

        await collector.StopAsync();

        Assert.DoesNotContain(2015, seen.Ids);
        Assert.Contains(2011, seen.Ids);
    }

    /// <summary>Keeps the ids of what was logged.</summary>
    private sealed class SeenEvents : ILogger, ILoggerFactory
    {
        private readonly SemaphoreSlim _came = new(0);
        private readonly List<int> _ids = [];

        public IReadOnlyList<int> Ids
        {
            get
            {
                lock (_ids)
                {
                    return [.. _ids];
                }
            }
        }

        public async Task WaitForAsync(int id, TimeSpan deadline)
        {
            while (!Ids.Contains(id))
            {
                Assert.True(await _came.WaitAsync(deadline), $"Waited {deadline} for event {id}; came: {string.Join(", ", Ids)}");
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_ids)
            {
                _ids.Add(eventId.Id);
            }

            _came.Release();
        }

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose() => _came.Dispose();
    }
}
