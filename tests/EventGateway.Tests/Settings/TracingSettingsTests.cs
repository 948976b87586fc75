using EventGateway.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EventGateway.Tests.Settings;

public sealed class TracingSettingsTests
{
    [Fact]
    public void Read_NoEndpoint_NothingIsTraced() => Assert.Null(TracingSettings.Read(new SettingsProbe().Reader));

    [Fact]
    public void Read_OnlyAnEndpoint_GrpcAndOnePercent()
    {
        var settings = TracingSettings.Read(new SettingsProbe(environment: new() { ["EVENTGATEWAY_OTLP_ENDPOINT"] = "http://collector:4317" }).Reader)!;
        Assert.Equal((new Uri("http://collector:4317"), true, 0.01), (settings.Endpoint, settings.IsGrpc, settings.SampleRatio));
    }

    [Theory]
    [InlineData("http://collector:4318", "http://collector:4318/v1/traces")]
    [InlineData("http://collector:4318/", "http://collector:4318/v1/traces")]
    [InlineData("https://collector/otlp/", "https://collector/otlp/v1/traces")]
    [InlineData("https://collector/otlp/v1/traces", "https://collector/otlp/v1/traces")]
    public void Read_HttpProtobuf_EndsInThePathForTraces(string endpoint, string expected) => Assert.Equal(
        new Uri(expected),
        TracingSettings.Read(new SettingsProbe(new() { ["otlp-endpoint"] = [endpoint], ["otlp-protocol"] = ["http/protobuf"] }).Reader)!.Endpoint);

    [Fact]
    public void Read_Nonsense_AllFaultsAndNoSecret()
    {
        var probe = new SettingsProbe(new()
        {
            ["otlp-endpoint"] = ["collector:4317"], ["otlp-protocol"] = ["thrift"], ["trace-sample-ratio"] = ["50%"],
            ["otlp-headers"] = ["s3cret", "authorization=@/nowhere/s", "na me=s3cret", "x-two=s3\ncret"],
        });
        Assert.Null(TracingSettings.Read(probe.Reader));
        var faults = string.Join('\n', probe.Faults);
        Assert.Contains("--otlp-endpoint: 'collector:4317' is not a URL; use for example http://collector:4317", faults, StringComparison.Ordinal);
        Assert.Contains("--otlp-protocol: 'thrift' is not one of grpc, http/protobuf", faults, StringComparison.Ordinal);
        Assert.Contains("--trace-sample-ratio: '50%' is not a share", faults, StringComparison.Ordinal);
        Assert.Contains("--otlp-headers: the file for 'authorization' cannot be read", faults, StringComparison.Ordinal);
        Assert.Contains("--otlp-headers: the value of 'x-two' holds a line break", faults, StringComparison.Ordinal);
        Assert.Equal(7, probe.Faults.Count());
        Assert.DoesNotContain("s3", faults.Replace("/nowhere/s", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_HidesHeaders()
    {
        var text = TracingSettings.Read(new SettingsProbe(new() { ["otlp-endpoint"] = ["http://c:1"], ["otlp-headers"] = ["authorization=s3cret"] }).Reader)!.ToString();
        Assert.Contains("authorization=***", text, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LogLevel.Information, false)]
    [InlineData(LogLevel.Error, false)]
    [InlineData(LogLevel.Debug, true)]
    public void ServersOwnActivities_AreMadeOnlyForThoseWhoLook(LogLevel level, bool expected)
    {
        using var services = new ServiceCollection().AddSingleton(TimeProvider.System)
            .AddLogging(b => b.AddGatewayConsole(new ProcessSettings(0, null, level, false))).BuildServiceProvider();

        // The condition under which the server makes an Activity for a request.
        Assert.Equal(expected, services.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics").IsEnabled(LogLevel.Critical));
    }
}
