using System.Globalization;
using EventGateway.Proxy;
using EventGateway.Proxy.Telemetry;
using EventGateway.Settings;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace EventGateway.Tracing;

/// <summary>
/// Collects the data plane's spans and sends them by OTLP. A collector that is slow or gone costs spans, which are counted, and nothing
/// else. Of the OTEL_ variables only those are read that say where a process runs: OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES.
/// </summary>
internal sealed partial class TraceExportService(TracingSettings settings, ProxyOptions proxy, TraceExportCounts counts, ILogger<TraceExportService> logger) : IHostedService, IDisposable
{
    /// <summary>How long the end of the process waits for a collector that does not take the last spans.</summary>
    private static readonly TimeSpan DrainBound = TimeSpan.FromSeconds(3);

    private TracerProvider? _provider;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _provider = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(Resource())
            .SetSampler(new ParentBasedSampler(new GatewaySampler(settings.SampleRatio)))
            .AddSource(GatewaySpans.SourceName)
            .AddProcessor(new BoundedSpanProcessor(new CountedExporter(ExporterOptions(), counts, logger), counts))
            .Build();
        LogTracing(settings.Endpoint, settings.IsGrpc ? "grpc" : "http/protobuf", (settings.SampleRatio * 100).ToString("0.####", CultureInfo.InvariantCulture));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        // The server stops first; what is queued is all there will be.
        _provider?.Shutdown((int)DrainBound.TotalMilliseconds);
        return Task.CompletedTask;
    }

    public void Dispose() => _provider?.Dispose();

    private ResourceBuilder Resource() => ResourceBuilder.CreateEmpty()
        .AddTelemetrySdk()
        .AddService("eventgateway", serviceVersion: Commands.ProductVersion.Text, serviceInstanceId: proxy.Id)
        .AddAttributes([new KeyValuePair<string, object>("eventgateway.role", proxy.Role)])
        .AddEnvironmentVariableDetector();

    // All of them: what is left out would be taken from OTEL_ variables.
    private OtlpExporterOptions ExporterOptions() => new()
    {
        Endpoint = settings.Endpoint,
        Protocol = settings.IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
        Headers = "",
        HttpClientFactory = NewClient,
        TimeoutMilliseconds = (int)BoundedSpanProcessor.ExportTimeout.TotalMilliseconds,
        Compression = OtlpExportCompression.None,
    };

    // The library's own notation for headers has no way to write a comma.
    private HttpClient NewClient()
    {
        var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null, UseCookies = false, AllowAutoRedirect = false }) { Timeout = BoundedSpanProcessor.ExportTimeout };
        foreach (var (name, value) in settings.Headers)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }

        return client;
    }

    [LoggerMessage(6040, LogLevel.Information, "Traces go to {Endpoint} ({Protocol}): every change set, all requests whose client asks for it, {Percent} % of those whose client has not decided")]
    private partial void LogTracing(Uri endpoint, string protocol, string percent);
}
