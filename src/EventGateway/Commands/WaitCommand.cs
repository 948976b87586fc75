using System.Collections.Immutable;
using EventGateway.Core.Acks;
using EventGateway.Core.Log;
using EventGateway.Kafka;
using EventGateway.Settings;
using EventGateway.Status;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventGateway.Commands;

/// <summary><c>eventgateway wait</c>: returns when a change is served everywhere.</summary>
internal sealed class WaitCommand() : SettingsCommand<WaitSettings>(
    "wait",
    "Waits until every live proxy serves an object, an entity or a change set. Exit code 1 when the time is up first; the last line says what is missing.",
    [.. SettingCatalog.KafkaConnection, SettingCatalog.WaitOrigins, SettingCatalog.Generation, SettingCatalog.Timeout, SettingCatalog.Config],
    SettingCatalog.WaitTarget)
{
    public override ImmutableArray<string> Examples =>
    [
        "eventgateway wait ingress/shop/web --kafka 127.0.0.1:9092",
        "eventgateway wait ingress/shop/web --kafka broker:9092 --timeout 2m --generation $(kubectl get ingress web -n shop -o jsonpath={.metadata.generation})",
        "eventgateway wait cluster-a/shop@42 --kafka broker:9092",
    ];

    protected override WaitSettings Read(SettingsReader reader) => WaitSettings.Read(reader);

    protected override async Task<int> RunAsync(WaitSettings settings, CommandConsole console, CancellationToken cancellationToken)
    {
        await using var store = new KafkaConfigLogStore(settings.Kafka, NullLoggerFactory.Instance, console.Time);

        // Waiting outlasts a store that is away for a moment; one that was never there is told at once.
        await store.Topics.PlanAsync([new LogName("any", "any")], cancellationToken);
        using var fleet = new FleetReader(store.Acks, new AckOptions(), console.Time, NullLogger<FleetReader>.Instance);
        await fleet.StartAsync(cancellationToken);
        try
        {
            using var timeout = new CancellationTokenSource(settings.Timeout, console.Time);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            var wait = new ConvergenceWait(store, fleet, settings.Target!, settings.Origins, settings.Generation, console.Time);
            try
            {
                var (isUsed, text) = await wait.RunAsync(enough.Token);
                await (isUsed ? console.Out.WriteLineAsync(text) : console.Error.WriteLineAsync($"eventgateway: {text}"));
                return isUsed ? ExitCodes.Done : ExitCodes.Differs;
            }
            catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                await console.Error.WriteLineAsync($"eventgateway: waited {settings.Timeout.TotalSeconds:0.#} s in vain: {wait.Missing}");
                return ExitCodes.Differs;
            }
        }
        finally
        {
            await fleet.StopAsync(CancellationToken.None);
        }
    }
}
