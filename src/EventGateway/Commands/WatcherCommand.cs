using System.Collections.Immutable;
using EventGateway.Core.Acks;
using EventGateway.Hosting;
using EventGateway.Proxy.Telemetry;
using EventGateway.Settings;

namespace EventGateway.Commands;

/// <summary><c>eventgateway watcher</c>: manifests, or a cluster, to logs.</summary>
internal sealed class WatcherCommand() : SettingsCommand<WatcherSettings>(
    "watcher",
    "Keeps the logs of one origin in Kafka at what manifests or a cluster say, one log per namespace. One watcher per origin: a second one takes over, and the first stops.",
    [
        .. SettingCatalog.KafkaConnection, SettingCatalog.Origin, .. SettingCatalog.Source, SettingCatalog.CreateTopics, SettingCatalog.KeyRing,
        SettingCatalog.IngressClass, SettingCatalog.MassDeleteLimit, .. SettingCatalog.Process,
    ])
{
    public override ImmutableArray<string> Examples =>
    [
        "eventgateway watcher --kafka 127.0.0.1:9092 --origin cluster-a --manifests ./manifests --create-topics",
        "eventgateway watcher --kafka broker:9092 --origin cluster-a --namespace shop,blog --key-ring /etc/eventgateway/key-ring",
        "eventgateway watcher --kafka broker:9092 --origin cluster-a --namespace-selector team=a --kubeconfig ~/.kube/config",
        "eventgateway watcher --kafka broker:9092 --origin cluster-a --manifests /etc/gateway --key-ring /etc/eventgateway/key-ring --log-format json",
    ];

    protected override WatcherSettings Read(SettingsReader reader) => WatcherSettings.Read(reader);

    protected override Task<int> RunAsync(WatcherSettings settings, CommandConsole console, CancellationToken cancellationToken) => RoleHost.RunAsync(
        Name,
        settings.Process,
        RoleServices.Addresses(settings.Process, traffic: null),
        services => services
            .AddKafkaConfigLog(settings.Kafka)
            .AddWriter(settings.Source, settings.KeyRing)
            .AddConvergenceWatch(new AckOptions())
            .AddFleetMetrics()
            .AddSingleton<IGatewayState>(s => s.GetRequiredService<WatcherState>())
            .AddGatewayStatus(RoleServices.ProxyOptions(Name, settings.Process, traffic: null, settings.KeyRing))
            .AddHostedService<StartProgress>(),
        app => app.MapGatewayStatus(),
        drain: null,
        console,
        cancellationToken);
}
