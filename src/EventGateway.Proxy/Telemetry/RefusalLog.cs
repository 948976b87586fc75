using EventGateway.Core.Log;
using EventGateway.Core.Model;
using Microsoft.Extensions.Logging;

namespace EventGateway.Proxy.Telemetry;

/// <summary>Says once, when it happens, what of a log is not used and why.</summary>
internal sealed partial class RefusalLog(ILogger logger)
{
    public bool IsOn => logger.IsEnabled(LogLevel.Warning);

    [LoggerMessage(5010, LogLevel.Warning, "{Log}: {Key} is not used, its previous version stays if there is one: {Reason}")]
    public partial void Refused(LogName log, EntityKey key, string reason);

    [LoggerMessage(5011, LogLevel.Warning, "{Log}: {Key} is not served everywhere: {Reason}")]
    public partial void Shadowed(LogName log, EntityKey key, string reason);
}
