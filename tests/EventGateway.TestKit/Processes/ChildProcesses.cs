using System.Diagnostics;

namespace EventGateway.TestKit.Processes;

/// <summary>Ends, by id, whatever processes a test run has started and left behind, when the run itself ends.</summary>
internal static class ChildProcesses
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<Process> Running = [];

    static ChildProcesses() => AppDomain.CurrentDomain.ProcessExit += (_, _) => KillAll();

    public static void Add(Process process)
    {
        lock (Gate)
        {
            Running.Add(process);
        }

        KillWithThisProcess(process.Id);
    }

    public static void Remove(Process process)
    {
        lock (Gate)
        {
            Running.Remove(process);
        }
    }

    // A test host that is killed runs no handler.
    private static void KillWithThisProcess(int child)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const string Script = "while kill -0 \"$1\" 2>/dev/null; do kill -0 \"$2\" 2>/dev/null || exit 0; sleep 1; done; kill -9 \"$2\" 2>/dev/null";
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-c", Script, "watch", $"{Environment.ProcessId}", $"{child}"])
        {
            start.ArgumentList.Add(argument);
        }

        Process.Start(start)?.Dispose();
    }

    private static void KillAll()
    {
        lock (Gate)
        {
            foreach (var process in Running.Where(p => !p.HasExited))
            {
                process.Kill();
            }
        }
    }
}
