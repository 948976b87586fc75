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

            return watcher.Logs.Count > 0 ? reading : new Readiness([watcher.Emptiness]);
        }
    }

    public IReadOnlyList<LogStatus> Logs
    {
        get
        {
            var written = watcher.Logs.ToDictionary(s => s.Log);
            var read = loader.Statuses;

            // Where all was refused there is nothing to load, and yet something to tell.
            var unread = written.Values.Where(w => (!w.Refused.IsEmpty || w.Fault is not null) && read.All(r => r.Log != w.Log));
            return [.. read.Select(r => written.TryGetValue(r.Log, out var writer) ? Join(r, writer) : r), .. unread];
        }
    }

    public string Source => loader.Source;

    public bool IsConnected => loader.IsConnected;

    private static LogStatus Join(LogStatus read, LogStatus written) =>
        read with { Refused = [.. read.Refused.Union(written.Refused)], Fault = Join(read.Fault, written.Fault) };

    private static string? Join(string? read, string? written) => read is null || written is null || read == written ? read ?? written : $"{read}; {written}";
}
