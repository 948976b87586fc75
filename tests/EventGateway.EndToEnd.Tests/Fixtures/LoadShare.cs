using System.Collections.Concurrent;
using System.Diagnostics;
using EventGateway.TestKit.Processes;

namespace EventGateway.EndToEnd.Tests.Fixtures;

/// <summary>The part of a load that goes to one proxy.</summary>
internal sealed class LoadShare(GatewayProcess proxy, int perSecond, string host, string path, string expected)
{
    private static readonly TimeSpan RequestDeadline = TimeSpan.FromSeconds(10);

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly ConcurrentQueue<string> _failures = new();
    private long _counted;

    // Odd while paused. A request counts only when this is what it was when the request began.
    private int _turn;
    private HttpMessageInvoker _client = NewClient();

    public GatewayProcess Proxy => proxy;

    public string Phase { get; set; } = "start";

    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Requests that are over and count.</summary>
    public long Counted => Interlocked.Read(ref _counted);

    public bool IsPaused => Volatile.Read(ref _turn) % 2 == 1;

    /// <summary>Sends nothing more, and takes what is in flight out of the count.</summary>
    public void Pause() => Interlocked.Increment(ref _turn);

    /// <summary>Goes on with new connections.</summary>
    public void Resume()
    {
        Interlocked.Exchange(ref _client, NewClient()).Dispose();
        Interlocked.Increment(ref _turn);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var inFlight = new ConcurrentDictionary<Task, byte>();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (!IsPaused)
                {
                    var sending = Task.Run(SendAsync, CancellationToken.None);
                    inFlight[sending] = 0;
                    _ = sending.ContinueWith(t => inFlight.TryRemove(t, out _), TaskScheduler.Default);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Task.WhenAll(inFlight.Keys);
        }
    }

    private async Task SendAsync()
    {
        var turn = Volatile.Read(ref _turn);
        var began = Stopwatch.GetElapsedTime(_started);
        var phase = Phase;
        var result = await AskAsync();
        if (turn % 2 == 1 || turn != Volatile.Read(ref _turn))
        {
            return;
        }

        Interlocked.Increment(ref _counted);
        if (result != expected)
        {
            _failures.Enqueue($"{proxy.Name}, {began.TotalSeconds:0.000} s after the start, during '{phase}', took {(Stopwatch.GetElapsedTime(_started) - began).TotalMilliseconds:0} ms: {result}");
        }
    }

    private async Task<string> AskAsync()
    {
        using var deadline = new CancellationTokenSource(RequestDeadline, TimeProvider.System);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{proxy.HttpPort}{path}") { Headers = { Host = host } };
        try
        {
            using var answer = await _client.SendAsync(request, deadline.Token);
            return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(deadline.Token)}";
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            return $"{e.GetType().Name}: {e.GetBaseException().Message}";
        }
    }

    private static HttpMessageInvoker NewClient() => new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) });
}
