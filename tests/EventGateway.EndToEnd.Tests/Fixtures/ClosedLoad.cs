using System.Collections.Concurrent;
using EventGateway.TestKit.Processes;
using Xunit;

namespace EventGateway.EndToEnd.Tests.Fixtures;

/// <summary>Workers that each send one request after the other, as fast as the answers come.</summary>
internal sealed class ClosedLoad : IAsyncDisposable
{
    private const int KeptFailures = 50;

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly Task _running;
    private long _done;
    private long _failed;

    private ClosedLoad(IEnumerable<Func<Task<string?>>> workers) => _running = Task.WhenAll(workers.Select(w => Task.Run(() => RunAsync(w))));

    public long Done => Interlocked.Read(ref _done);

    /// <param name="workers">Each sends one request per call; what it returns is a failure, null is none.</param>
    public static ClosedLoad Start(IEnumerable<Func<Task<string?>>> workers) => new(workers);

    /// <summary>Waits for more requests to be over; ends at once when one has failed.</summary>
    public Task GoOnAsync(long requests) => ReachAsync(Done + requests);

    /// <summary>Lets the load go on to this many requests, ends it, and fails when one of them failed.</summary>
    public async Task AssertNoFailureAsync(long atLeast, GatewayProcess proxy)
    {
        await ReachAsync(atLeast);
        await _stop.CancelAsync();
        await _running;
        Assert.True(Interlocked.Read(ref _failed) == 0, $"{_failed} of {Done} requests failed:\n{string.Join('\n', _failures)}\n{proxy.Describe()}");
        Assert.True(Done >= atLeast, $"{Done} requests only.");
        TestContext.Current.SendDiagnosticMessage($"{Done} requests, none failed");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private Task ReachAsync(long total) => Eventually.HoldsAsync(
        () => Task.FromResult(Done >= total || Interlocked.Read(ref _failed) > 0), $"{total} requests (now {Done})", [], TimeSpan.FromMinutes(5));

    private async Task RunAsync(Func<Task<string?>> worker)
    {
        while (!_stop.IsCancellationRequested)
        {
            var failure = await worker();
            Interlocked.Increment(ref _done);
            if (failure is not null && Interlocked.Increment(ref _failed) <= KeptFailures)
            {
                _failures.Enqueue(failure);
            }
        }
    }
}
