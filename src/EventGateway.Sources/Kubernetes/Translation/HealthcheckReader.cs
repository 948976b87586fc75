using System.Collections.Immutable;
using EventGateway.Core.Model;
using EventGateway.Sources.Kubernetes.Kong;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Reads the health checks of a KongUpstreamPolicy. The defaults are Kong's.</summary>
internal sealed class HealthcheckReader(FieldProblems problems)
{
    private const int MaxSeconds = 65535;
    private const int MaxCount = 255;
    private const string ActiveField = "spec.healthchecks.active";
    private const string PassiveField = "spec.healthchecks.passive";

    private static readonly ImmutableArray<int> ActiveHealthy = [200, 302];
    private static readonly ImmutableArray<int> ActiveUnhealthy = [429, 404, 500, 501, 502, 503, 504, 505];
    private static readonly ImmutableArray<int> PassiveHealthy = [200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 306, 307, 308];
    private static readonly ImmutableArray<int> PassiveUnhealthy = [429, 500, 503];

    /// <summary>Null: no probes.</summary>
    public ActiveCheck? ReadActive(KongActiveHealthcheck? active)
    {
        if (active is null)
        {
            return null;
        }

        var faults = problems.Reasons.Count;
        var type = ReadType(ActiveField, active.Type);
        var isHttp = type is HealthCheckType.Http or HealthCheckType.Https;
        var check = new ActiveCheck
        {
            Type = type,
            Path = isHttp ? ReadPath(active.HttpPath) : type is HealthCheckType.Tcp ? "/" : "",
            Headers = ReadHeaders(active.Headers),
            Timeout = ReadTimeout(active.Timeout),
            Concurrency = problems.Number($"{ActiveField}.concurrency", active.Concurrency, 10, 1, 1000),
            HealthyInterval = ReadInterval($"{ActiveField}.healthy.interval", active.Healthy?.Interval),
            UnhealthyInterval = ReadInterval($"{ActiveField}.unhealthy.interval", active.Unhealthy?.Interval),
            VerifyCertificate = active.HttpsVerifyCertificate ?? true,
            ServerName = ReadServerName(active.HttpsSni),
            Counts = ReadCounts(ActiveField, active.Healthy, active.Unhealthy, ActiveHealthy, ActiveUnhealthy),
        };
        if (IsFaulty(faults, "no probes are sent"))
        {
            return null;
        }

        if (check.HealthyInterval == TimeSpan.Zero && check.UnhealthyInterval == TimeSpan.Zero)
        {
            problems.Warnings.Add($"{ActiveField}: healthy.interval and unhealthy.interval are 0, so no probes are sent; give the seconds between two of them");
            return null;
        }

        if (check.HealthyInterval == TimeSpan.Zero)
        {
            problems.Warnings.Add($"{ActiveField}.healthy.interval: it is 0, so healthy endpoints are not probed; give the seconds between two probes");
        }

        if (check.Counts is { HttpFailures: 0, TcpFailures: 0, Timeouts: 0 })
        {
            problems.Warnings.Add($"{ActiveField}.unhealthy: httpFailures, tcpFailures and timeouts are 0, so no probe makes an endpoint unhealthy");
        }

        return check;
    }

    /// <summary>Null: requests' outcomes are not counted.</summary>
    public HealthCounts? ReadPassive(KongPassiveHealthcheck? passive)
    {
        if (passive is null)
        {
            return null;
        }

        var faults = problems.Reasons.Count;
        var type = ReadType(PassiveField, passive.Type);
        var counts = ReadCounts(PassiveField, passive.Healthy, passive.Unhealthy, PassiveHealthy, PassiveUnhealthy);
        if (type == HealthCheckType.Tcp)
        {
            counts = counts with { HealthyStatuses = [], UnhealthyStatuses = [], HttpFailures = 0 };
        }

        foreach (var (field, interval) in new[] { ("healthy", passive.Healthy?.Interval), ("unhealthy", passive.Unhealthy?.Interval) })
        {
            if (interval is not (null or 0))
            {
                problems.Warnings.Add($"{PassiveField}.{field}.interval: only probes have an interval; it has no effect");
            }
        }

        return IsFaulty(faults, "requests are not counted") || counts is { HttpFailures: 0, TcpFailures: 0, Timeouts: 0 } ? null : counts;
    }

    private bool IsFaulty(int faultsBefore, string lost)
    {
        if (problems.Reasons.Count == faultsBefore)
        {
            return false;
        }

        problems.Reasons[^1] += $"; until then {lost}";
        return true;
    }

    private HealthCheckType ReadType(string field, string? type)
    {
        switch (type)
        {
            case null or "http": return HealthCheckType.Http;
            case "https": return HealthCheckType.Https;
            case "tcp": return HealthCheckType.Tcp;
            case "grpc": return HealthCheckType.Grpc;
            case "grpcs": return HealthCheckType.Grpcs;
            default:
                problems.Reasons.Add($"{field}.type: '{type}' is not known; use http, https, tcp, grpc or grpcs");
                return HealthCheckType.Http;
        }
    }

    private string ReadPath(string? path)
    {
        if (path is null || (path.StartsWith('/') && !path.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))))
        {
            return path ?? "/";
        }

        problems.Reasons.Add($"{ActiveField}.httpPath: '{path}' is no path; let it begin with '/' and hold no spaces");
        return "/";
    }

    private ImmutableArray<HeaderValue> ReadHeaders(IDictionary<string, IList<string>>? headers)
    {
        var read = ImmutableArray.CreateBuilder<HeaderValue>();
        foreach (var (name, values) in (headers ?? new Dictionary<string, IList<string>>()).OrderBy(h => h.Key, StringComparer.Ordinal))
        {
            foreach (var value in values ?? [])
            {
                if (!HttpToken.IsValid(name) || value.Any(char.IsControl))
                {
                    problems.Reasons.Add($"{ActiveField}.headers[{name}]: it is no header; use letters, digits and '-' for the name, and one line for the value");
                    break;
                }

                read.Add(new HeaderValue(name, value));
            }
        }

        return read.ToImmutable();
    }

    private TimeSpan ReadTimeout(int? seconds)
    {
        if (seconds == 0)
        {
            problems.Warnings.Add($"{ActiveField}.timeout: 0 is no timeout; 1 second is used");
            return TimeSpan.FromSeconds(1);
        }

        return TimeSpan.FromSeconds(problems.Number($"{ActiveField}.timeout", seconds, 1, 1, MaxSeconds));
    }

    private TimeSpan ReadInterval(string field, int? seconds) => TimeSpan.FromSeconds(problems.Number(field, seconds, 0, 0, MaxSeconds));

    private string ReadServerName(string? name)
    {
        if (string.IsNullOrEmpty(name) || Uri.CheckHostName(name) == UriHostNameType.Dns)
        {
            return name ?? "";
        }

        problems.Reasons.Add($"{ActiveField}.httpsSni: '{name}' is not a DNS name; give the name in the endpoints' certificate");
        return "";
    }

    private HealthCounts ReadCounts(string field, KongHealthy? healthy, KongUnhealthy? unhealthy, ImmutableArray<int> healthyStatuses, ImmutableArray<int> unhealthyStatuses) => new()
    {
        HealthyStatuses = ReadStatuses($"{field}.healthy.httpStatuses", healthy?.HttpStatuses, healthyStatuses),
        UnhealthyStatuses = ReadStatuses($"{field}.unhealthy.httpStatuses", unhealthy?.HttpStatuses, unhealthyStatuses),
        Successes = problems.Number($"{field}.healthy.successes", healthy?.Successes, 0, 0, MaxCount),
        HttpFailures = problems.Number($"{field}.unhealthy.httpFailures", unhealthy?.HttpFailures, 0, 0, MaxCount),
        TcpFailures = problems.Number($"{field}.unhealthy.tcpFailures", unhealthy?.TcpFailures, 0, 0, MaxCount),
        Timeouts = problems.Number($"{field}.unhealthy.timeouts", unhealthy?.Timeouts, 0, 0, MaxCount),
    };

    private ImmutableArray<int> ReadStatuses(string field, IList<int>? statuses, ImmutableArray<int> otherwise)
    {
        for (var i = 0; i < (statuses?.Count ?? 0); i++)
        {
            problems.Number($"{field}[{i}]", statuses![i], 0, 100, 599);
        }

        return statuses is null ? otherwise : [.. statuses];
    }
}
