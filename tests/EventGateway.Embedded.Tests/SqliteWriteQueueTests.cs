using EventGateway.Core.Log;
using Xunit;
using static EventGateway.Embedded.Tests.TestLogs;

namespace EventGateway.Embedded.Tests;

public sealed class SqliteWriteQueueTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_JobsOfOneCommit_EachIsWholeOrNotAtAll()
    {
        using var database = SqliteDatabase.Open(new SqliteLogOptions { DataFolder = _folder.Path });
        await using var queue = new SqliteWriteQueue(database, _ => { });
        using var queued = new ManualResetEventSlim();
        using var cancelled = new CancellationTokenSource();
        var committed = new List<string>();

        // The first holds the thread until the others are queued, so that they share a commit.
        var first = Claim("first", () => queued.Wait(Deadline));
        var good = Claim("good");
        var bad = Claim("bad", () => throw new InvalidOperationException("after it wrote"));
        var late = Claim("late", () => { }, cancelled.Token);
        var last = Claim("last");
        await cancelled.CancelAsync();
        queued.Set();
        await Task.WhenAll(first, good, last).WaitAsync(Deadline, TimeProvider.System);

        Assert.Equal("after it wrote", (await Assert.ThrowsAsync<InvalidOperationException>(() => bad)).Message);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late);
        Assert.Equal(["first", "good", "last"], committed);
        using var reader = new SqliteReader(database.OpenConnection());
        Assert.Equal(["first", "good", "last"], reader.ReadNames().Select(n => n.Workspace).Order(StringComparer.Ordinal));

        Task<SqliteClaim> Claim(string workspace, Action? then = null, CancellationToken cancellationToken = default) => queue.RunAsync(
            workspace,
            w =>
            {
                var claim = w.Claim(new LogName("test", workspace));
                then?.Invoke();
                return claim;
            },
            _ => committed.Add(workspace),
            cancellationToken);
    }

    [Fact]
    public async Task Dispose_JobsQueued_FinishesThemFirst()
    {
        using var database = SqliteDatabase.Open(new SqliteLogOptions { DataFolder = _folder.Path });
        var queue = new SqliteWriteQueue(database, _ => { });
        var jobs = Enumerable.Range(0, 100).Select(i => queue.RunAsync("test", w => w.Claim(Shop), null, CancellationToken.None)).ToList();

        await queue.DisposeAsync();

        Assert.All(jobs, j => Assert.True(j.IsCompletedSuccessfully));
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), jobs.Select(j => j.Result.Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => queue.RunAsync("test", w => w.Claim(Shop), null, CancellationToken.None));
    }
}
