using EventGateway.Core.Loading;
using EventGateway.Proxy.Telemetry;

namespace EventGateway.Hosting;

/// <summary>The state of a process that writes logs and serves from them: a proxy's, with what its writer has to complain about.</summary>
internal sealed class StandaloneState(ConfigLoader loader, WatcherState watcher) : IGatewayState
{
    public Readiness Readiness
    {
        get
        {
            // Until the manifests were read and written there is nothing to load: the writer knows better why.
            var reading = loader.Readiness;
            if (reading.IsReady)
            {
                return reading;
            }

            var writing = watcher.Readiness;
            if (!writing.IsReady)
            {
                return writing;
            }

            return watcher.Logs.Count > 0 ? reading : new Readiness(["the manifests hold nothing to serve yet"]);
        }
    }

    public IReadOnlyList<LogStatus> Logs
    {
        get
        {
            var written = watcher.Logs.ToDictionary(s => s.Log);
            return [.. loader.Statuses.Select(read => written.TryGetValue(read.Log, out var writer) ? Join(read, writer) : read)];
        }
    }

    public string Source => loader.Source;

    public bool IsConnected => loader.IsConnected;

    private static LogStatus Join(LogStatus read, LogStatus written) =>
        read with { Refused = [.. read.Refused.Union(written.Refused)], Fault = read.Fault ?? written.Fault };
}
