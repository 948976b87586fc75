using EventGateway.Proxy.Telemetry;
using EventGateway.Settings;
using EventGateway.Tracing;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the export of traces.</summary>
internal static class TracingServiceCollectionExtensions
{
    /// <param name="settings">Null: nothing is traced, and nothing is registered.</param>
    public static IServiceCollection AddTraceExport(this IServiceCollection services, TracingSettings? settings) => settings is null
        ? services
        : services
            .AddSingleton(settings)
            .AddSingleton<TraceExportCounts>()
            .AddSingleton<ITraceExport>(s => s.GetRequiredService<TraceExportCounts>())
            .AddHostedService<TraceExportService>();
}
