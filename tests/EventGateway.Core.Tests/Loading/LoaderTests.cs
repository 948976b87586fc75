using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using EventGateway.Core.Tests.Image;
using EventGateway.Core.Wire;
using EventGateway.TestKit.Logs;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EventGateway.Core.Tests.Loading;

/// <summary>What the tests of loaders share: a store in memory, an honest writer, a publisher that remembers.</summary>
public abstract class LoaderTests : IAsyncDisposable
{
    private readonly List<LogSession> _sessions = [];

    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    internal TestTime Time { get; } = new();

    internal InMemoryLogArea Area { get; } = new();

    internal WatchedLogStore Store { get; }

    internal RecordingPublisher Publisher { get; } = new();

    internal ImageBroadcast Broadcast { get; }

    protected LoaderTests()
    {
        Store = new WatchedLogStore(new InMemoryConfigLogStore(Area));
        Broadcast = new ImageBroadcast([Publisher], NullLogger<ImageBroadcast>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions)
        {
            await session.DisposeAsync();
        }

        await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal async Task<LogSession> WriterAsync(LogName? log = null)
    {
        var session = await LogSession.OpenAsync(Store.Open(log ?? Samples.Shop), Time, Token);
        _sessions.Add(session);
        return session;
    }

    internal static ChangeSet Set(params (EntityKey Key, int Content)[] changes) => new([.. changes.Select(c => c.Content == 0
        ? new Change(c.Key, null, default, default, Provenance.None)
        : EntityCodec.ToChange(LogScript.EntityOf(c.Key, c.Content), Provenance.None))]);

    internal static ChangeSet Routes(int count) => Set([.. Enumerable.Range(0, count).Select(i => (EntityKey.Route("shop", $"r{i}", "0"), 1))]);

    internal Task UntilAsync(Func<bool> condition, Func<string>? more = null) => Until.TrueAsync(condition, () => $"Published: {Publisher}. {more?.Invoke()}");
}
