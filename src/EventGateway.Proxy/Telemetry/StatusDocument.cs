using System.Buffers;
using System.Text.Json;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Publishing;
using EventGateway.Proxy.Pipeline;

namespace EventGateway.Proxy.Telemetry;

/// <summary>Renders what <c>/status</c> and <c>/readyz</c> answer.</summary>
internal sealed class StatusDocument(IGatewayState state, ProxyOptions options, TimeProvider time, DrainState drain, ISourceFeeds? source = null)
{
    private const string LastKnownGood = "last-known-good";

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    public static ReadOnlyMemory<byte> Of(Readiness readiness) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteBoolean("ready", readiness.IsReady);
        json.WriteStartArray("reasons");
        foreach (var reason in readiness.Reasons)
        {
            json.WriteStringValue(reason);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    public ReadOnlyMemory<byte> Render() => Write(json =>
    {
        var logs = state.Logs;
        json.WriteStartObject();
        json.WriteString("role", options.Role);
        json.WriteString("id", options.Id);
        json.WriteString("version", GatewayVersion.Text);
        json.WriteBoolean("ready", drain.Of(state.Readiness).IsReady);
        json.WriteString("startedAt", _startedAt);
        json.WriteString("imageHash", ImageHash.Combine(logs.Select(l => (l.Log, l.Image.Hash))).ToString());
        json.WriteStartArray("logs");
        var now = time.GetUtcNow();
        foreach (var log in logs)
        {
            WriteLog(json, log, now);
        }

        json.WriteEndArray();
        WriteSource(json);
        if (drain.IsDraining)
        {
            json.WriteBoolean("draining", true);
        }

        json.WriteEndObject();
    });

    private void WriteSource(Utf8JsonWriter json)
    {
        if (source is null)
        {
            return;
        }

        json.WriteStartArray("source");
        foreach (var feed in source.Feeds)
        {
            json.WriteStartObject();
            json.WriteString("kind", feed.Name);
            json.WriteNumber("streams", feed.Streams);
            json.WriteNumber("connected", feed.OpenStreams);
            json.WriteStartArray("problems");
            foreach (var problem in feed.Problems)
            {
                json.WriteStringValue(problem);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> content)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            content(json);
        }

        return buffer.WrittenMemory;
    }

    private void WriteLog(Utf8JsonWriter json, LogStatus log, DateTimeOffset now)
    {
        var position = log.Image.Position;
        json.WriteStartObject();
        json.WriteString("origin", log.Log.Origin);
        json.WriteString("workspace", log.Log.Workspace);
        json.WriteString("logId", position.LogId);
        json.WriteNumber("commit", position.Commit);
        json.WriteNumber("offset", position.Offset);
        json.WriteString("imageHash", log.Image.Hash.ToString());
        json.WriteBoolean("hashMatches", log.HashMatches);
        json.WriteBoolean("caughtUp", log.CaughtUp);
        json.WriteString("source", log.LastKnownGoodAt is null ? state.Source : LastKnownGood);
        json.WriteBoolean("connected", state.IsConnected);
        WriteTime(json, "lastKnownGoodAt", log.LastKnownGoodAt);
        WriteTime(json, "lastCommitAt", position.CommittedAt);
        if (log.LastHeardAt is { } heard)
        {
            json.WriteNumber("heartbeatAgeMs", Math.Max(0, (long)(now - heard).TotalMilliseconds));
        }
        else
        {
            json.WriteNull("heartbeatAgeMs");
        }

        json.WriteNumber("readOffset", log.ReadOffset);
        json.WriteNumber("endOffset", log.EndOffset);
        json.WriteNumber("ignoredRecords", log.IgnoredRecords);
        json.WriteString("fault", log.Fault);
        WriteEntities(json, log.Image);
        json.WriteStartArray("refused");
        foreach (var refused in log.Refused)
        {
            json.WriteStartObject();
            json.WriteString("key", refused.Key);
            json.WriteString("reason", refused.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteEntities(Utf8JsonWriter json, ConfigImage image)
    {
        json.WriteStartObject("entities");
        foreach (var (kind, count) in new[]
        {
            ("listener", image.Listeners.Count), ("route", image.Routes.Count), ("backend", image.Backends.Count), ("endpoints", image.Endpoints.Count),
            ("certificate", image.Certificates.Count), ("feature", image.Features.Count), ("unknown", image.Unknown.Count),
        })
        {
            if (count > 0)
            {
                json.WriteNumber(kind, count);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? value)
    {
        if (value is { } time)
        {
            json.WriteString(name, time);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
