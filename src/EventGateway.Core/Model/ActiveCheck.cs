using System.Collections.Immutable;

namespace EventGateway.Core.Model;

/// <summary>Probes sent to each endpoint.</summary>
public sealed record ActiveCheck
{
    public HealthCheckType Type { get; init; }

    /// <summary>Path of a http probe; service name of a gRPC probe, "" for the whole server.</summary>
    public string Path { get; init; } = "/";

    public ImmutableArray<HeaderValue> Headers { get; init; } = [];

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Probes in flight at once for one backend.</summary>
    public int Concurrency { get; init; } = 10;

    /// <summary>Between the probes of a healthy endpoint; zero: none are sent.</summary>
    public TimeSpan HealthyInterval { get; init; }

    /// <summary>Between the probes of an unhealthy endpoint; zero: none are sent.</summary>
    public TimeSpan UnhealthyInterval { get; init; }

    /// <summary>Whether a probe over TLS verifies the endpoint's certificate, with the backend's own CA if it has one.</summary>
    public bool VerifyCertificate { get; init; } = true;

    /// <summary>Server name a probe over TLS asks for; "": the backend's.</summary>
    public string ServerName { get; init; } = "";

    public HealthCounts Counts { get; init; } = new();

    internal IEnumerable<ConfigProblem> Validate()
    {
        if (ConfigProblem.OfUnknown("health.active.type", Type) is { } unknown)
        {
            yield return unknown;
        }

        if (Type is HealthCheckType.Http or HealthCheckType.Https && !Path.StartsWith('/'))
        {
            yield return new ConfigProblem("health.active.path", $"'{Path}' must begin with '/'");
        }

        if (Timeout < Backend.MinTimeout || Timeout > Backend.MaxTimeout)
        {
            yield return new ConfigProblem("health.active.timeout", "use 1 ms or more");
        }

        if (Concurrency is < 1 or > 1000)
        {
            yield return new ConfigProblem("health.active.concurrency", $"{Concurrency} is out of range; use 1 to 1000");
        }

        foreach (var (name, interval) in new[] { ("healthyInterval", HealthyInterval), ("unhealthyInterval", UnhealthyInterval) })
        {
            if (interval < TimeSpan.Zero || interval > TimeSpan.FromDays(1))
            {
                yield return new ConfigProblem($"health.active.{name}", "use 0 (off) to one day");
            }
        }

        foreach (var problem in Counts.Validate("health.active"))
        {
            yield return problem;
        }
    }
}
