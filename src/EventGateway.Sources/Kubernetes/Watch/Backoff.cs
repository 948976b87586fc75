namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>Pauses that grow with each fault in a row, drawn at random so that those who failed together do not come back together.</summary>
internal sealed class Backoff(WatchTiming timing, Random random)
{
    private TimeSpan _next = timing.ShortestRetry;

    public void Reset() => _next = timing.ShortestRetry;

    /// <param name="atLeast">What the server asks for; null: nothing.</param>
    public TimeSpan Next(TimeSpan? atLeast = null)
    {
        var pause = _next * (0.5 + random.NextDouble());
        _next = _next * 2 < timing.LongestRetry ? _next * 2 : timing.LongestRetry;
        if (atLeast is not { } asked)
        {
            return pause;
        }

        asked = asked < timing.LongestRetryAfter ? asked : timing.LongestRetryAfter;
        return asked + (timing.ShortestRetry * random.NextDouble()) is var later && later > pause ? later : pause;
    }

    /// <summary>After something that was well for long: at once, but not all at the same moment.</summary>
    public TimeSpan Soon() => timing.ShortestRetry * random.NextDouble();
}
