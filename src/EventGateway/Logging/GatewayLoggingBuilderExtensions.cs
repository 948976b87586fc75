using EventGateway.Logging;
using EventGateway.Settings;
using Microsoft.Extensions.Logging.Console;

namespace Microsoft.Extensions.Logging;

/// <summary>How every role logs.</summary>
internal static class GatewayLoggingBuilderExtensions
{
    /// <summary>One line an entry on standard error; standard output belongs to answers and to <c>--access-log -</c>.</summary>
    public static ILoggingBuilder AddGatewayConsole(this ILoggingBuilder builder, ProcessSettings settings)
    {
        builder.ClearProviders();
        builder.SetMinimumLevel(settings.LogLevel);

        // What the frameworks tell is of use to us only when it is trouble, or when somebody looks for it.
        var frameworks = settings.LogLevel > LogLevel.Debug && settings.LogLevel < LogLevel.Warning ? LogLevel.Warning : settings.LogLevel;
        builder.AddFilter("Microsoft", frameworks);

        // Why a role ends is told once, by the process itself; the host would put a stack trace before it.
        builder.AddFilter("Microsoft.Extensions.Hosting", settings.LogLevel > LogLevel.Debug ? LogLevel.None : settings.LogLevel);

        // The server warns that a port without TLS speaks no HTTP/2; it is told connection by connection that it does.
        builder.AddFilter("Microsoft.AspNetCore.Server.Kestrel", settings.LogLevel > LogLevel.Debug ? LogLevel.Error : settings.LogLevel);
        builder.AddFilter("System", frameworks);
        builder.AddFilter("Yarp", frameworks);

        // Where this category is on at any level, ASP.NET makes an Activity and a log scope for every request, and nothing here reads them.
        builder.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", settings.LogLevel > LogLevel.Debug ? LogLevel.None : settings.LogLevel);

        // A stack trace for each request that an upstream refuses would bury the log; metrics and the access log count them.
        builder.AddFilter("Yarp.ReverseProxy.Forwarder", settings.LogLevel > LogLevel.Debug ? LogLevel.None : settings.LogLevel);
        builder.AddConsole(o =>
        {
            o.FormatterName = settings.LogAsJson ? ConsoleFormatterNames.Json : LineFormatter.FormatterName;
            o.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        builder.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        builder.Services.Configure<JsonConsoleFormatterOptions>(o =>
        {
            o.UseUtcTimestamp = true;
            o.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        });
        return builder;
    }
}
