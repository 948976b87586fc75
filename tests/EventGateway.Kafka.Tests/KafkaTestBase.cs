using System.Text;
using EventGateway.Core.Log;
using EventGateway.TestKit.Kafka;
using EventGateway.TestKit.Logs;
using Xunit;

namespace EventGateway.Kafka.Tests;

/// <summary>Tests on the shared broker, each with an area of its own.</summary>
public abstract class KafkaTestBase(SharedKafka kafka) : IAsyncLifetime
{
    protected static readonly LogName Shop = new("east", "shop");
    protected static readonly LogName Blog = new("east", "blog");
    protected static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly List<LogCollector> _collectors = [];

    internal KafkaArea Area { get; private set; } = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync() => Area = await KafkaArea.OnAsync(kafka);

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var collector in _collectors)
        {
            await collector.DisposeAsync();
        }

        await Area.DisposeAsync();
    }

    protected LogCollector Collect(IConfigLog log, long fromOffset = 0)
    {
        var collector = LogCollector.Start(log, fromOffset, Deadline);
        _collectors.Add(collector);
        return collector;
    }

    /// <summary>What reading throws before a batch comes.</summary>
    protected static async Task<T> ReadingThrowsAsync<T>(IConfigLog log)
        where T : Exception
    {
        await using var batches = log.ReadAsync(0, Token).GetAsyncEnumerator(Token);
        return await Assert.ThrowsAsync<T>(() => batches.MoveNextAsync().AsTask().WaitAsync(Deadline, TimeProvider.System));
    }

    internal static LogRecord Put(string key, string value) => new(key, Encoding.UTF8.GetBytes(value));

    internal static string Show(LogRecord record) => $"{record.Key}={(record.Value is { } v ? Encoding.UTF8.GetString(v.Span) : "-")}";
}
