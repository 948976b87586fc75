namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>How long things may take, and how long is waited between them.</summary>
internal sealed record WatchTiming
{
    public static readonly WatchTiming Default = new();

    /// <summary>Pauses after faults begin here, double, and end at <see cref="LongestRetry"/>; each is drawn from half to one and a half of it.</summary>
    public TimeSpan ShortestRetry { get; init; } = TimeSpan.FromMilliseconds(800);

    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A stream that lives so long makes the next pause a short one again.</summary>
    public TimeSpan HealthyAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A stream is given up when neither an event nor a bookmark comes for so long. Bookmarks come about once a minute.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How long the head of an answer, and each part of a list, may take.</summary>
    public TimeSpan AnswerLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The server is asked to end a watch after a time drawn from here to twice as long, so that its watches spread over its instances.</summary>
    public TimeSpan StreamLife { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest wait that a server's Retry-After is believed.</summary>
    public TimeSpan LongestRetryAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Credentials are not loaded anew more often than this.</summary>
    public TimeSpan ReloadInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long discovery's word on a missing kind is believed.</summary>
    public TimeSpan DiscoveryInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Changes that come so soon after the last translation wait for its end; the first after a rest does not.</summary>
    public TimeSpan CoalesceWindow { get; init; } = TimeSpan.FromMilliseconds(5);
}
