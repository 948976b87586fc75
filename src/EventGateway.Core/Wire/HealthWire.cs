using EventGateway.Core.Model;

namespace EventGateway.Core.Wire;

internal static class HealthWire
{
    public static V1.HealthChecks? ToMessage(HealthChecks? health) => health is null ? null : new V1.HealthChecks
    {
        Active = ToMessage(health.Active),
        Passive = ToMessage(health.Passive),
        Outlier = ToMessage(health.Outlier),
        ThresholdPercent = (uint)health.ThresholdPercent,
        PanicPercent = (uint)health.PanicPercent,
    };

    public static HealthChecks? ToHealth(V1.HealthChecks? message) => message is null ? null : new HealthChecks
    {
        Active = ToActive(message.Active),
        Passive = ToCounts(message.Passive),
        Outlier = ToOutlier(message.Outlier),
        ThresholdPercent = (int)message.ThresholdPercent,
        PanicPercent = (int)message.PanicPercent,
    };

    private static V1.ActiveCheck? ToMessage(ActiveCheck? active)
    {
        if (active is null)
        {
            return null;
        }

        var message = new V1.ActiveCheck
        {
            Type = (V1.HealthCheckType)active.Type,
            Path = active.Path,
            TimeoutMs = (uint)active.Timeout.TotalMilliseconds,
            Concurrency = (uint)active.Concurrency,
            HealthyIntervalMs = (uint)active.HealthyInterval.TotalMilliseconds,
            UnhealthyIntervalMs = (uint)active.UnhealthyInterval.TotalMilliseconds,
            VerifyCertificate = active.VerifyCertificate,
            ServerName = active.ServerName,
            Counts = ToMessage(active.Counts),
        };
        message.Headers.AddRange(active.Headers.Select(h => new V1.HeaderValue { Name = h.Name, Value = h.Value }));
        return message;
    }

    private static V1.HealthCounts? ToMessage(HealthCounts? counts)
    {
        if (counts is null)
        {
            return null;
        }

        var message = new V1.HealthCounts
        {
            Successes = (uint)counts.Successes,
            HttpFailures = (uint)counts.HttpFailures,
            TcpFailures = (uint)counts.TcpFailures,
            Timeouts = (uint)counts.Timeouts,
        };
        message.HealthyStatuses.AddRange(counts.HealthyStatuses.Select(s => (uint)s));
        message.UnhealthyStatuses.AddRange(counts.UnhealthyStatuses.Select(s => (uint)s));
        return message;
    }

    private static V1.OutlierEjection? ToMessage(OutlierEjection? outlier) => outlier is null ? null : new V1.OutlierEjection
    {
        ConsecutiveFailures = (uint)outlier.ConsecutiveFailures,
        BaseEjectionMs = (uint)outlier.BaseEjection.TotalMilliseconds,
        MaxEjectionMs = (uint)outlier.MaxEjection.TotalMilliseconds,
        MaxPercent = (uint)outlier.MaxPercent,
    };

    private static ActiveCheck? ToActive(V1.ActiveCheck? message) => message is null ? null : new ActiveCheck
    {
        Type = (HealthCheckType)message.Type,
        Path = message.Path,
        Headers = [.. message.Headers.Select(h => new HeaderValue(h.Name, h.Value))],
        Timeout = TimeSpan.FromMilliseconds(message.TimeoutMs),
        Concurrency = (int)message.Concurrency,
        HealthyInterval = TimeSpan.FromMilliseconds(message.HealthyIntervalMs),
        UnhealthyInterval = TimeSpan.FromMilliseconds(message.UnhealthyIntervalMs),
        VerifyCertificate = message.VerifyCertificate,
        ServerName = message.ServerName,
        Counts = ToCounts(message.Counts) ?? throw new FormatException("health.active has no counts"),
    };

    private static HealthCounts? ToCounts(V1.HealthCounts? message) => message is null ? null : new HealthCounts
    {
        HealthyStatuses = [.. message.HealthyStatuses.Select(s => (int)s)],
        UnhealthyStatuses = [.. message.UnhealthyStatuses.Select(s => (int)s)],
        Successes = (int)message.Successes,
        HttpFailures = (int)message.HttpFailures,
        TcpFailures = (int)message.TcpFailures,
        Timeouts = (int)message.Timeouts,
    };

    private static OutlierEjection? ToOutlier(V1.OutlierEjection? message) => message is null ? null : new OutlierEjection
    {
        ConsecutiveFailures = (int)message.ConsecutiveFailures,
        BaseEjection = TimeSpan.FromMilliseconds(message.BaseEjectionMs),
        MaxEjection = TimeSpan.FromMilliseconds(message.MaxEjectionMs),
        MaxPercent = (int)message.MaxPercent,
    };
}
