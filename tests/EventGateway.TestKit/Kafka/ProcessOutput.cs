using System.Diagnostics;
using System.Text;

namespace EventGateway.TestKit.Kafka;

/// <summary>Keeps the last of what a process prints, and tells when a line has come.</summary>
internal sealed class ProcessOutput
{
    private const int MaxKept = 20_000;

    private readonly StringBuilder _text = new();
    private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string? _awaited;

    public ProcessOutput(Process process, string? awaited)
    {
        Process = process;
        _awaited = awaited;
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Ended = process.WaitForExitAsync();
    }

    public Process Process { get; }

    public Task Seen => _seen.Task;

    public Task Ended { get; }

    public string Text
    {
        get
        {
            lock (_text)
            {
                return _text.ToString();
            }
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_text)
        {
            _text.AppendLine(line);
            if (_text.Length > MaxKept)
            {
                _text.Remove(0, _text.Length - MaxKept);
            }
        }

        if (_awaited is not null && line.Contains(_awaited, StringComparison.Ordinal))
        {
            _seen.TrySetResult();
        }
    }
}
