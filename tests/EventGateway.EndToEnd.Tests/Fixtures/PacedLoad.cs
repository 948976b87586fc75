using EventGateway.TestKit.Processes;
using Xunit;

namespace EventGateway.EndToEnd.Tests.Fixtures;

/// <summary>A steady load on several proxies at once. Each request that fails is kept; none is sent to a proxy whose share is paused.</summary>
internal sealed class PacedLoad : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<LoadShare> _shares;
    private readonly Task _running;

    private PacedLoad(IEnumerable<LoadShare> shares)
    {
        _shares = [.. shares];
        _running = Task.WhenAll(_shares.Select(s => s.RunAsync(_stop.Token)));
    }

    /// <summary>What happens right now, for a failure's message.</summary>
    public void Say(string phase) => _shares.ForEach(s => s.Phase = phase);

    public static PacedLoad Start(IEnumerable<GatewayProcess> proxies, int perSecond, string host, string path, string expected) =>
        new(proxies.Select(p => new LoadShare(p, perSecond, host, path, expected)));

    public LoadShare Of(GatewayProcess proxy) => _shares.Single(s => s.Proxy == proxy);

    /// <summary>Waits until every share that is not paused has had this many more answers, and says so when it does not.</summary>
    public async Task GoOnAsync(int requests = 25)
    {
        foreach (var share in _shares.Where(s => !s.IsPaused))
        {
            var sent = share.Counted;
            await Eventually.HoldsAsync(() => Task.FromResult(share.Counted >= sent + requests), $"{requests} more requests to {share.Proxy.Name}", [share.Proxy]);
        }
    }

    /// <summary>Ends the load and fails when a request has failed, or when there were fewer than <paramref name="atLeast"/> to a proxy.</summary>
    public async Task<string> AssertNoFailureAsync(int atLeast)
    {
        await _stop.CancelAsync();
        await _running;
        var summary = string.Join(", ", _shares.Select(s => $"{s.Proxy.Name}: {s.Counted} requests, {s.Failures.Count} failed"));
        Assert.True(
            _shares.All(s => s.Failures.Count == 0),
            $"{summary}\n{string.Join('\n', _shares.SelectMany(s => s.Failures.Take(10)))}\n{Eventually.Tails(_shares.Where(s => s.Failures.Count > 0).Select(s => s.Proxy))}");
        Assert.True(_shares.All(s => s.Counted >= atLeast), $"There was too little load to tell anything: {summary}");
        return summary;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }
}
