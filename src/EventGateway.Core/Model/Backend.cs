namespace EventGateway.Core.Model;

/// <summary>A set of endpoints and how to talk to them.</summary>
public sealed record Backend(EntityKey Key) : Entity(Key)
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);
    public const int DefaultRetries = 5;

    /// <summary>The wire counts timeouts in whole milliseconds.</summary>
    public static readonly TimeSpan MinTimeout = TimeSpan.FromMilliseconds(1);

    /// <summary>Kong's bound, and the longest a .NET client takes.</summary>
    public static readonly TimeSpan MaxTimeout = TimeSpan.FromMilliseconds(int.MaxValue - 1);

    public UpstreamProtocol Protocol { get; init; }

    /// <summary>Group of the endpoints entities that belong to this backend, for example <c>shop/cart</c>.</summary>
    public required string EndpointsGroup { get; init; }

    /// <summary>Port of those entities, by name; "" is a name.</summary>
    public string PortName { get; init; } = "";

    /// <summary>Used where an endpoints entity names no ports; 0: none.</summary>
    public int DefaultPort { get; init; }

    /// <summary>Put before the path sent upstream; "" or "/": nothing.</summary>
    public string PathPrefix { get; init; } = "";

    public TimeSpan ConnectTimeout { get; init; } = DefaultTimeout;

    /// <summary>Longest silence of the upstream.</summary>
    public TimeSpan ReadTimeout { get; init; } = DefaultTimeout;

    public TimeSpan WriteTimeout { get; init; } = DefaultTimeout;

    /// <summary>Further endpoints tried when a connection cannot be made.</summary>
    public int Retries { get; init; } = DefaultRetries;

    public LoadBalancing LoadBalancing { get; init; }

    /// <summary>For <see cref="LoadBalancing.ConsistentHashing"/>, which needs it.</summary>
    public ConsistentHash? Hash { get; init; }

    /// <summary>Null: a client may be sent to another endpoint with every request.</summary>
    public StickyCookie? Sticky { get; init; }

    /// <summary>Null: the defaults of <see cref="HealthChecks"/>: no probes, outliers are ejected.</summary>
    public HealthChecks? Health { get; init; }

    /// <summary>Null: its defaults.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>Null: no bounds.</summary>
    public CircuitLimits? Circuit { get; init; }

    /// <summary>Null: its defaults.</summary>
    public UpstreamTls? Tls { get; init; }

    /// <summary>Sent as Host whatever the route says; "": as the route says.</summary>
    public string HostHeader { get; init; } = "";

    /// <summary>For people: the object behind the backend, for example <c>Service shop/cart:80</c>.</summary>
    public string Source { get; init; } = "";

    public override IEnumerable<ConfigProblem> Validate()
    {
        if (ConfigProblem.OfUnknown("protocol", Protocol) is { } unknownProtocol)
        {
            yield return unknownProtocol;
        }

        if (ConfigProblem.OfUnknown("loadBalancing", LoadBalancing) is { } unknownBalancing)
        {
            yield return unknownBalancing;
        }

        if (EndpointsGroup.Length == 0)
        {
            yield return new ConfigProblem("endpointsGroup", "the backend names no endpoints");
        }

        if (DefaultPort is < 0 or > 65535)
        {
            yield return new ConfigProblem("defaultPort", $"{DefaultPort} is not a port; use 1 to 65535");
        }

        if (PathPrefix.Length > 0 && PathPrefix[0] != '/')
        {
            yield return new ConfigProblem("pathPrefix", $"'{PathPrefix}' must begin with '/'");
        }

        foreach (var (field, value) in new[] { ("connectTimeout", ConnectTimeout), ("readTimeout", ReadTimeout), ("writeTimeout", WriteTimeout) })
        {
            if (value < MinTimeout || value > MaxTimeout)
            {
                yield return new ConfigProblem(field, $"{value.TotalMilliseconds:0.###} ms is no timeout; use 1 to {MaxTimeout.TotalMilliseconds:0} ms");
            }
        }

        if (Retries < 0)
        {
            yield return new ConfigProblem("retries", "use 0 or more");
        }

        if (LoadBalancing == LoadBalancing.ConsistentHashing && Hash is null)
        {
            yield return new ConfigProblem("hash", "consistent hashing needs to know what to hash");
        }

        if (HostHeader.Length > 0 && Uri.CheckHostName(HostHeader.Split(':')[0]) == UriHostNameType.Unknown)
        {
            yield return new ConfigProblem("hostHeader", $"'{HostHeader}' is no host name");
        }

        foreach (var problem in (Hash?.Validate() ?? []).Concat(Sticky?.Validate() ?? []).Concat(Health?.Validate() ?? [])
            .Concat(Retry?.Validate() ?? []).Concat(Circuit?.Validate() ?? []).Concat(Tls?.Validate() ?? []))
        {
            yield return problem;
        }
    }
}
