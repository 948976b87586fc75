namespace EventGateway.Hosting;

/// <summary>The life of a role in its log.</summary>
internal sealed partial class RoleLog(ILogger logger)
{
    [LoggerMessage(6000, LogLevel.Information, "eventgateway {Role} {Version} is starting")]
    public partial void Starting(string role, string version);

    [LoggerMessage(6001, LogLevel.Information, "{Role} listens on {Addresses}")]
    public partial void Listening(string role, string addresses);

    [LoggerMessage(6002, LogLevel.Information, "{Role} is stopping")]
    public partial void Stopping(string role);

    [LoggerMessage(6003, LogLevel.Information, "{Role} has stopped")]
    public partial void Stopped(string role);

    [LoggerMessage(6004, LogLevel.Information, "Draining: not ready from now on, requests are accepted for {Seconds} s still; {Requests} requests in flight on {Connections} connections")]
    public partial void Draining(double seconds, long requests, long connections);

    [LoggerMessage(6005, LogLevel.Information, "Nothing more is accepted; waiting at most {Seconds} s for {Requests} requests in flight on {Connections} connections")]
    public partial void Finishing(double seconds, long requests, long connections);

    [LoggerMessage(6006, LogLevel.Information, "Still waiting for {Requests} requests in flight on {Connections} connections")]
    public partial void Waiting(long requests, long connections);

    [LoggerMessage(6007, LogLevel.Warning, "The time is up: {Requests} requests in flight on {Connections} connections are cut")]
    public partial void Cut(long requests, long connections);
}
