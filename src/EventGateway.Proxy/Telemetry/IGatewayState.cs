using EventGateway.Core.Loading;

namespace EventGateway.Proxy.Telemetry;

/// <summary>What the status port tells of this process's logs.</summary>
public interface IGatewayState
{
    /// <summary>Once ready, for ever ready.</summary>
    Readiness Readiness { get; }

    IReadOnlyList<LogStatus> Logs { get; }

    /// <summary><c>kafka</c> or <c>embedded</c>; a log that is not served from there says so itself, by <see cref="LogStatus.LastKnownGoodAt"/>.</summary>
    string Source { get; }

    /// <summary>Whether the log store answered last time it was asked.</summary>
    bool IsConnected { get; }
}
