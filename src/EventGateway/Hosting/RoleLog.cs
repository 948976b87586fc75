namespace EventGateway.Hosting;

/// <summary>The life of a role in its log.</summary>
internal sealed partial class RoleLog(ILogger logger)
{
    [LoggerMessage(6000, LogLevel.Information, "eventgateway {Role} {Version} is starting")]
    public partial void Starting(string role, string version);

    [LoggerMessage(6001, LogLevel.Information, "{Role} listens on {Addresses}")]
    public partial void Listening(string role, string addresses);

    [LoggerMessage(6002, LogLevel.Information, "{Role} is stopping: requests in flight are finished first")]
    public partial void Stopping(string role);

    [LoggerMessage(6003, LogLevel.Information, "{Role} has stopped")]
    public partial void Stopped(string role);
}
