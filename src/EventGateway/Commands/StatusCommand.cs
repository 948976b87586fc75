using System.Collections.Immutable;
using System.Text.Json;
using EventGateway.Core.Acks;
using EventGateway.Kafka;
using EventGateway.Settings;
using EventGateway.Status;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventGateway.Commands;

/// <summary><c>eventgateway status</c>: what one process says of itself, or what all proxies say.</summary>
internal sealed class StatusCommand() : SettingsCommand<StatusQuery>(
    "status",
    "Shows what one process serves or writes: readiness, and of each log its commit, image hash and refused records. With --kafka: what every proxy serves.",
    [SettingCatalog.Url, .. SettingCatalog.KafkaConnection, SettingCatalog.Output, SettingCatalog.Config])
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public override ImmutableArray<string> Examples => ["eventgateway status", "eventgateway status --url http://10.0.0.7:8100 -o json", "eventgateway status --kafka 127.0.0.1:9092"];

    protected override StatusQuery Read(SettingsReader reader)
    {
        var asJson = reader.OneOf(SettingCatalog.Output, "table", "json") == "json";
        if (AsksFleet(reader))
        {
            return new StatusQuery(null, KafkaConnectionSettings.Read(reader, createTopics: false), asJson);
        }

        var text = reader.Text(SettingCatalog.Url) ?? "";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            reader.Fault(reader.From(SettingCatalog.Url), $"'{text}' is not a URL; use for example http://127.0.0.1:8100");
        }

        return new StatusQuery(url, null, asJson);
    }

    /// <summary>A flag decides; --kafka in the environment or a file may be meant for other commands, so there --url wins.</summary>
    private static bool AsksFleet(SettingsReader reader)
    {
        var (url, kafka) = (SettingCatalog.Url, SettingCatalog.Kafka);
        if (reader.IsSet(url) && reader.From(url) == url.Flag && reader.IsSet(kafka) && reader.From(kafka) == kafka.Flag)
        {
            reader.Fault($"{url.Flag} and {kafka.Flag}", "name one: a process to ask, or the Kafka in which all proxies report");
        }

        return reader.IsSet(kafka) && reader.From(kafka) == kafka.Flag;
    }

    protected override async Task<int> RunAsync(StatusQuery settings, CommandConsole console, CancellationToken cancellationToken)
    {
        if (settings.Kafka is { } kafka)
        {
            return await ShowFleetAsync(kafka, settings.AsJson, console, cancellationToken);
        }

        var address = new Uri(settings.Url!, "/status");
        using var handler = new SocketsHttpHandler { ConnectTimeout = Timeout };
        using var client = new HttpClient(handler) { Timeout = Timeout };
        try
        {
            using var answer = await client.GetAsync(address, cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                return await UnreachableAsync(console, $"{address} answered {(int)answer.StatusCode}; is that the status port (--status-port) of an eventgateway?");
            }

            using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            var report = new StatusReport(document.RootElement, StatusReport.IsReady(document.RootElement) ? [] : await ReasonsAsync(client, settings.Url!, cancellationToken));
            await (settings.AsJson ? report.WriteJsonAsync(console.Out) : report.WriteTablesAsync(console.Out));
            return report.IsGood ? ExitCodes.Done : ExitCodes.Differs;
        }
        catch (HttpRequestException e)
        {
            return await UnreachableAsync(console, $"{address} does not answer: {e.Message}");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return await UnreachableAsync(console, $"{address} does not answer within {Timeout.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return await UnreachableAsync(console, $"{address} did not answer with a status; is that the status port (--status-port) of an eventgateway?");
        }
    }

    private static async Task<int> ShowFleetAsync(KafkaLogOptions kafka, bool asJson, CommandConsole console, CancellationToken cancellationToken)
    {
        await using var store = new KafkaConfigLogStore(kafka, NullLoggerFactory.Instance, console.Time);
        var options = new AckOptions();
        var fleet = Fleet.Empty;
        await foreach (var batch in store.Acks.ReadAsync(cancellationToken))
        {
            foreach (var record in batch.Records)
            {
                fleet = fleet.With(record, console.Time, console.Time.GetTimestamp());
            }

            if (batch.ReachedEnd)
            {
                break;
            }
        }

        var report = new FleetReport(fleet, m => console.Time.GetElapsedTime(m.HeardAt), options.LivesFor);
        await (asJson ? report.WriteJsonAsync(console.Out) : report.WriteTablesAsync(console.Out));
        return report.IsGood ? ExitCodes.Done : ExitCodes.Differs;
    }

    private static async Task<ImmutableArray<string>> ReasonsAsync(HttpClient client, Uri url, CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync(new Uri(url, "/readyz"), cancellationToken);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        return document.RootElement.TryGetProperty("reasons", out var reasons) ? [.. reasons.EnumerateArray().Select(r => r.ToString())] : [];
    }

    private static async Task<int> UnreachableAsync(CommandConsole console, string message)
    {
        await console.Error.WriteLineAsync($"eventgateway: {message}");
        return ExitCodes.Unreachable;
    }
}
