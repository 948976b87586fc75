using EventGateway.Core.Model;

namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>Outcomes in a row against the thresholds of a <see cref="HealthCounts"/>. Belongs to the holder of the backend's lock.</summary>
internal sealed class HealthCounter
{
    private int _successes;
    private int _httpFailures;
    private int _tcpFailures;
    private int _timeouts;

    /// <summary>Whether no failure is remembered.</summary>
    public bool IsClean => (_httpFailures | _tcpFailures | _timeouts) == 0;

    public void Reset() => (_successes, _httpFailures, _tcpFailures, _timeouts) = (0, 0, 0, 0);

    /// <returns>Whether an unhealthy endpoint is healthy now.</returns>
    public bool Succeed(HealthCounts counts)
    {
        (_httpFailures, _tcpFailures, _timeouts) = (0, 0, 0);
        return counts.Successes > 0 && ++_successes >= counts.Successes;
    }

    /// <returns>Whether the endpoint is unhealthy now.</returns>
    public bool Fail(HealthCounts counts, FailureKind kind)
    {
        _successes = 0;
        return kind switch
        {
            FailureKind.Status => Reaches(ref _httpFailures, counts.HttpFailures),
            FailureKind.Timeout => Reaches(ref _timeouts, counts.Timeouts),
            _ => Reaches(ref _tcpFailures, counts.TcpFailures),
        };
    }

    private static bool Reaches(ref int count, int threshold) => threshold > 0 && ++count >= threshold;
}
