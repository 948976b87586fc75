using System.Collections.Immutable;
using EventGateway.Core.Acks;
using EventGateway.Core.Loading;
using EventGateway.Hosting;
using EventGateway.Settings;

namespace EventGateway.Commands;

/// <summary><c>eventgateway proxy</c>: logs to traffic.</summary>
internal sealed class ProxyCommand() : SettingsCommand<ProxySettings>(
    "proxy",
    "Serves traffic as the logs in Kafka say: every origin and workspace, or those named. Needs nothing else; with --data it starts without Kafka, too.",
    [
        .. SettingCatalog.KafkaConnection, SettingCatalog.Origins, SettingCatalog.Workspaces, SettingCatalog.ProxyData, SettingCatalog.KeyRing,
        SettingCatalog.HttpPort, SettingCatalog.HttpsPort, SettingCatalog.TlsMinVersion, SettingCatalog.TlsCiphers, SettingCatalog.AccessLog, SettingCatalog.MetricsPerRoute,
        SettingCatalog.DrainDelay, SettingCatalog.DrainTimeout, .. SettingCatalog.Connections, .. SettingCatalog.Tracing, .. SettingCatalog.Process,
    ])
{
    public override ImmutableArray<string> Examples =>
    [
        "eventgateway proxy --kafka 127.0.0.1:9092",
        "eventgateway proxy --kafka 127.0.0.1:9092 --data /var/lib/eventgateway",
        "eventgateway proxy --kafka broker-1:9092,broker-2:9092 --workspace shop,blog --key-ring /etc/eventgateway/key-ring --access-log -",
        "eventgateway proxy --kafka broker:9093 --kafka-option security.protocol=SASL_SSL --kafka-option sasl.mechanism=PLAIN --kafka-option sasl.username=eg --kafka-option sasl.password=@/run/secrets/kafka",
    ];

    protected override ProxySettings Read(SettingsReader reader) => ProxySettings.Read(reader);

    protected override Task<int> RunAsync(ProxySettings settings, CommandConsole console, CancellationToken cancellationToken)
    {
        var proxy = RoleServices.ProxyOptions(Name, settings.Process, settings.Traffic, settings.KeyRing);
        return RoleHost.RunAsync(
            Name,
            settings.Process,
            RoleServices.Addresses(settings.Process, settings.Traffic),
            services => services
                .AddKafkaConfigLog(settings.Kafka)
                .AddConfigLoader(new LoaderOptions { Origins = settings.Origins, Workspaces = settings.Workspaces }, settings.LastKnownGood)
                .AddAckReporter(proxy.Id, ProductVersion.Text, new AckOptions())
                .AddGatewayProxy(proxy)
                .AddTraceExport(settings.Traffic.Tracing)
                .AddHostedService<StartProgress>(),
            app => app.MapGatewayStatus().MapGateway(),
            settings.Traffic.Drain,
            console,
            cancellationToken);
    }
}
