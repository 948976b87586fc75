using System.Globalization;
using EventGateway.Core.Model;

namespace EventGateway.Sources.Tests;

/// <summary>A backend as text that people can review; what is not set is left out.</summary>
internal static class BackendText
{
    public static Dictionary<string, object?> Of(Backend b)
    {
        var text = new Dictionary<string, object?>
        {
            ["Protocol"] = b.Protocol.ToString(),
            ["EndpointsGroup"] = b.EndpointsGroup,
            ["PortName"] = b.PortName,
            ["DefaultPort"] = b.DefaultPort,
            ["PathPrefix"] = b.PathPrefix,
            ["Timeouts"] = $"connect {b.ConnectTimeout.TotalMilliseconds} read {b.ReadTimeout.TotalMilliseconds} write {b.WriteTimeout.TotalMilliseconds} ms",
            ["Retries"] = b.Retries,
            ["LoadBalancing"] = b.LoadBalancing == LoadBalancing.RoundRobin ? null : b.LoadBalancing.ToString(),
            ["Hash"] = b.Hash is { } h ? $"{Of(h.Key)}{(h.Fallback is null ? "" : $", else {Of(h.Fallback)}")}, cookie path {h.CookiePath}, {h.Slots} slots, bound {h.BoundPercent} %" : null,
            ["Sticky"] = b.Sticky is { } s ? $"cookie {s.Name}, path {s.Path}" : null,
            ["Active"] = b.Health?.Active is { } a ? Of(a) : null,
            ["Passive"] = b.Health?.Passive is { } p ? Of(p) : null,
            ["Outlier"] = b.Health?.Outlier is { } o ? $"{o.ConsecutiveFailures} failures, {Of(o.BaseEjection)} to {Of(o.MaxEjection)}, at most {o.MaxPercent} %" : null,
            ["Threshold"] = b.Health is { ThresholdPercent: > 0 } ? $"{b.Health.ThresholdPercent} %" : null,
            ["Panic"] = b.Health is not null ? $"{b.Health.PanicPercent} %" : null,
            ["Retry"] = b.Retry is { } r ? $"budget {r.BudgetPercent} %, statuses {string.Join(' ', r.Statuses)}, bodies to {r.MaxBodyBytes}{(r.NonIdempotent ? ", any method" : "")}" : null,
            ["Circuit"] = b.Circuit is { } c ? $"{c.MaxRequests} requests, {c.MaxRequestsPerEndpoint} an endpoint, {c.MaxConnectionsPerEndpoint} connections an endpoint" : null,
            ["Tls"] = b.Tls is { } t ? $"verify {t.Verify}, depth {t.VerifyDepth}, CA [{TestCertificates.NamesOf(t.CaPem)}], name '{t.ServerName}', shows {t.ClientCertificate?.Text ?? "nothing"}" : null,
            ["HostHeader"] = b.HostHeader.Length == 0 ? null : b.HostHeader,
            ["Source"] = b.Source,
        };
        return text.Where(f => f.Value is not null).ToDictionary();
    }

    private static string Of(HashKey key) => $"{key.Source} {key.Name}".Trim();

    private static string Of(TimeSpan time) => time.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture) + " s";

    private static string Of(ActiveCheck a) =>
        $"{a.Type} {a.Path}, headers [{string.Join(", ", a.Headers.Select(h => $"{h.Name}: {h.Value}"))}], timeout {Of(a.Timeout)}, {a.Concurrency} at once, "
        + $"every {Of(a.HealthyInterval)} / {Of(a.UnhealthyInterval)}, verify {a.VerifyCertificate}, name '{a.ServerName}', {Of(a.Counts)}";

    private static string Of(HealthCounts c) =>
        $"healthy after {c.Successes} of {string.Join(' ', c.HealthyStatuses)}; unhealthy after {c.HttpFailures} of {string.Join(' ', c.UnhealthyStatuses)}, {c.TcpFailures} tcp, {c.Timeouts} timeouts";
}
