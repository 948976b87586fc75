using System.Diagnostics;

namespace EventGateway.Benchmarks.Load;

/// <summary>Reads what a process writes, so that it is never blocked by a full pipe, and keeps the last of it.</summary>
internal sealed class ProcessText
{
    private const int Kept = 10;
    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new();

    public ProcessText(Process process)
    {
        process.OutputDataReceived += (_, e) => Add(e.Data);
        process.ErrorDataReceived += (_, e) => Add(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Last
    {
        get
        {
            lock (_gate)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    private void Add(string? line)
    {
        lock (_gate)
        {
            if (line is not null)
            {
                _lines.Enqueue(line);
            }

            if (_lines.Count > Kept)
            {
                _lines.Dequeue();
            }
        }
    }
}
