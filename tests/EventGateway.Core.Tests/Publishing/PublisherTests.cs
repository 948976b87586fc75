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

namespace EventGateway.Core.Tests.Publishing;

/// <summary>What the tests of writers share: a store in memory, time that goes on when told, and what lies in the log.</summary>
public abstract class PublisherTests : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];

    internal static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    internal TestTime Time { get; } = new();

    internal InMemoryLogArea Area { get; } = new() { MaxValueLength = 64 * 1024 };

    internal InMemoryConfigLogStore Store { get; }

    protected PublisherTests() => Store = new InMemoryConfigLogStore(Area);

    internal IReadOnlyList<LogRecord> Records => Area.RecordsOf(Samples.Shop);

    internal IReadOnlyList<LogCommit> Commits => CommitsOf(Samples.Shop);

    internal IReadOnlyList<HistoryEntry> History => [.. Area.HistoryOf(Samples.Shop).Select(HistoryCodec.Decode)];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal IReadOnlyList<LogCommit> CommitsOf(LogName log) => [.. Area.RecordsOf(log).Select(RecordCodec.Decode).OfType<DecodedRecord.Commit>().Select(c => c.Value)];

    internal ConfigImage ImageOf(LogName? log = null) => LogScript.Replay(Area.RecordsOf(log ?? Samples.Shop));

    internal WorkspacePublisher NewPublisher(int massRemovalPercent = 20, IConfigLogStore? store = null) => new(
        (store ?? Store).Open(Samples.Shop),
        new PublisherOptions { Origin = "a", MassRemovalPercent = massRemovalPercent },
        null,
        Time,
        NullLogger<WorkspacePublisher>.Instance);

    /// <summary>Starts a writer with something to publish and waits until the log holds it.</summary>
    internal async Task<(WorkspacePublisher Publisher, Task Run, Func<Task> StopAsync)> PublishAsync(WorkspacePublisher publisher, DesiredState desired)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        publisher.Submit(desired);
        var run = Task.Run(() => publisher.RunAsync(stop.Token), CancellationToken.None);
        _running.Add(run);
        await UntilCurrentAsync(publisher, desired);
        return (publisher, run, StopAsync);

        async Task StopAsync()
        {
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(Until.Deadline, TimeProvider.System, Token));
            stop.Dispose();
        }
    }

    internal async Task UntilCurrentAsync(WorkspacePublisher publisher, DesiredState desired)
    {
        await UntilAsync(() => publisher.Status is { IsCurrent: true, Fault: null } && Holds(desired), () => $"{publisher.Status}");
        AssertSound();
    }

    internal Task UntilAsync(Func<bool> condition, Func<string>? more = null) =>
        Until.TrueAsync(Time, Step, condition, () => $"In the log: {string.Join(", ", Records.Select(r => r.Key))}. {more?.Invoke()}");

    /// <summary>Whether readers of the whole log, and of what compaction would leave of it, see just what is wanted.</summary>
    internal bool Holds(DesiredState desired, LogName? log = null)
    {
        var records = Area.RecordsOf(log ?? Samples.Shop).ToList();
        return HasJust(records) && HasJust(LogCleaner.Clean(records, records.Count, tombstonesToo: true));

        bool HasJust(List<LogRecord> read)
        {
            var assembler = new ImageAssembler();
            read.ForEach(assembler.Add);
            var expected = PublishPlannerTests.ImageOf(desired);
            return assembler is { Commit.Populated: true, HashMatches: true, Unreadable.Count: 0, Overwritten.Count: 0 } && assembler.Take().Image.Hash == expected.Hash;
        }
    }

    /// <summary>What holds of every log one writer after the other has written: numbers only grow, history has each change set once.</summary>
    internal void AssertSound()
    {
        var commits = Commits;
        Assert.Equal(commits.Select(c => c.Version).Order(), commits.Select(c => c.Version));
        Assert.Equal(commits.Count, commits.Select(c => c.Version.Sequence).Distinct().Count());
        foreach (var (before, after) in commits.Zip(commits.Skip(1)))
        {
            Assert.Equal(before.Commit + (after.Reason == CommitReason.Change ? 1 : 0), after.Commit);
            Assert.Equal(before.LogId, after.LogId);
        }

        Assert.Equal(commits.Where(c => c.Reason == CommitReason.Change).Select(c => c.Commit), History.Select(h => h.Commit.Commit));
        Assert.Equal(Area.HistoryOf(Samples.Shop).Select(r => r.Key), History.Select(h => $"{h.Commit.Commit}"));
    }

    internal static DesiredState Desired(params Entity[] entities) => PublishPlannerTests.Desired(entities);

    internal static Entity Route(int name, int content = 1) => LogScript.EntityOf(EntityKey.Route("shop", $"r{name:0000}", "0"), content);

    internal static DesiredState Routes(int count, params Entity[] others) => Desired([.. Enumerable.Range(others.Length, count - others.Length).Select(i => Route(i)), .. others]);
}
