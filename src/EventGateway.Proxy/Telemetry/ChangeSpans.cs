using System.Diagnostics;

namespace EventGateway.Proxy.Telemetry;

/// <summary>A span per change set with one below it per publisher, as a child of the change that the source names, or linked to those that it names.</summary>
internal static class ChangeSpans
{
    public static void Write(ChangeSummary change)
    {
        if (!GatewaySpans.Source.HasListeners())
        {
            return;
        }

        var sources = change.TraceParents
            .Select(p => ActivityContext.TryParse(p, null, isRemote: true, out var context) ? context : default)
            .Where(c => c != default).ToList();
        var links = sources.Count > 1 ? sources.Select(s => new ActivityLink(s)) : null;
        using var span = GatewaySpans.Source.StartActivity(
            "apply change set", ActivityKind.Consumer, sources.Count == 1 ? sources[0] : default, links: links, startTime: change.ReadAt);
        if (span is not { IsAllDataRequested: true })
        {
            return;
        }

        span.SetTag("eventgateway.origin", change.Log.Origin);
        span.SetTag("eventgateway.workspace", change.Log.Workspace);
        span.SetTag("eventgateway.position", $"{change.Log}@{change.Position.Commit}");
        span.SetTag("eventgateway.changes.added", change.Counts.Sum(c => c.Added));
        span.SetTag("eventgateway.changes.changed", change.Counts.Sum(c => c.Changed));
        span.SetTag("eventgateway.changes.removed", change.Counts.Sum(c => c.Removed));
        span.SetTag("eventgateway.changes.kinds", change.Kinds);
        span.SetTag("eventgateway.changes.keys", change.Keys);
        span.SetTag("eventgateway.observed_to_committed_ms", change.ToCommit?.TotalMilliseconds);
        span.SetTag("eventgateway.committed_to_read_ms", change.ToRead?.TotalMilliseconds);
        foreach (var (publisher, started, took) in change.Publishers)
        {
            var start = change.ReadAt + Stopwatch.GetElapsedTime(change.Publishers[0].Started, started);
            using var stage = GatewaySpans.Source.StartActivity($"publish {publisher}", ActivityKind.Internal, span.Context, startTime: start);
            stage?.SetEndTime((start + took).UtcDateTime);
        }

        span.SetEndTime(change.ServedAt.UtcDateTime);
    }
}
