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
    }

    public static void Remove(Process process)
    {
        lock (Gate)
        {
            Running.Remove(process);
        }
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
