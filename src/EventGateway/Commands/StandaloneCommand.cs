using System.Collections.Immutable;
using EventGateway.Core.Loading;
using EventGateway.Embedded;
using EventGateway.Hosting;
using EventGateway.Proxy.Telemetry;
using EventGateway.Settings;

namespace EventGateway.Commands;

/// <summary><c>eventgateway standalone</c>: watcher, log and proxy in one process.</summary>
internal sealed class StandaloneCommand() : SettingsCommand<StandaloneSettings>(
    "standalone",
    "Watcher, log and proxy in one process, without Kafka: serves what manifests or a cluster say, and follows their changes.",
    [
        .. SettingCatalog.Source, SettingCatalog.StandaloneData, SettingCatalog.KeyRing, SettingCatalog.LocalOrigin, SettingCatalog.IngressClass, SettingCatalog.MassDeleteLimit,
        SettingCatalog.HttpPort, SettingCatalog.HttpsPort, SettingCatalog.TlsMinVersion, SettingCatalog.TlsCiphers, SettingCatalog.AccessLog, SettingCatalog.MetricsPerRoute,
        SettingCatalog.StandaloneDrainDelay, SettingCatalog.DrainTimeout, .. SettingCatalog.Connections, .. SettingCatalog.Tracing, .. SettingCatalog.Process,
    ])
{
    public override ImmutableArray<string> Examples =>
    [
        "eventgateway standalone --manifests ./manifests",
        "eventgateway standalone --manifests ./shop ./blog.yaml --data ./data --http-port 8080 --access-log -",
        "eventgateway standalone --all-namespaces --kubeconfig ~/.kube/config",
    ];

    protected override StandaloneSettings Read(SettingsReader reader) => StandaloneSettings.Read(reader, KeysNewCommand.DefaultId(TimeProvider.System));

    protected override Task<int> RunAsync(StandaloneSettings settings, CommandConsole console, CancellationToken cancellationToken) => RoleHost.RunAsync(
        Name,
        settings.Process,
        RoleServices.Addresses(settings.Process, settings.Traffic),
        services => services
            .AddEmbeddedConfigLog(new SqliteLogOptions { DataFolder = settings.Data })
            .AddWriter(settings.Source, settings.KeyRing)
            .AddConfigLoader(new LoaderOptions { Origins = ImmutableHashSet.Create(settings.Source.Origin) })
            .AddSingleton<IGatewayState, StandaloneState>()
            .AddGatewayProxy(RoleServices.ProxyOptions(Name, settings.Process, settings.Traffic, settings.KeyRing))
            .AddTraceExport(settings.Traffic.Tracing)
            .AddHostedService<StartProgress>(),
        app => app.MapGatewayStatus().MapGateway(),
        settings.Traffic.Drain,
        console,
        cancellationToken);
}
