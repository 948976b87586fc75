using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace EventGateway.Tests.Processes;

/// <summary>The built executable as a process of its own; killed when disposed of. Lines are collected by the process's reader threads.</summary>
internal sealed partial class GatewayProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly List<string> _out = [];
    private readonly List<string> _error = [];
    private readonly string _arguments;

    private GatewayProcess(Process process, string arguments)
    {
        _process = process;
        _arguments = arguments;
    }

    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "eventgateway.exe" : "eventgateway");

    public IReadOnlyList<string> Out
    {
        get
        {
            lock (_out)
            {
                return [.. _out];
            }
        }
    }

    public IReadOnlyList<string> Error
    {
        get
        {
            lock (_error)
            {
                return [.. _error];
            }
        }
    }

    /// <param name="environment">EVENTGATEWAY_ variables of the test's own environment are not passed on.</param>
    public static GatewayProcess Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Executable) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("EVENTGATEWAY_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        var gateway = new GatewayProcess(process, string.Join(' ', start.ArgumentList));
        process.OutputDataReceived += (_, e) => Add(gateway._out, e.Data);
        process.ErrorDataReceived += (_, e) => Add(gateway._error, e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return gateway;
    }

    /// <summary>Starts it and waits for its end.</summary>
    public static async Task<GatewayProcess> RunAsync(IEnumerable<string> arguments)
    {
        var process = Start(arguments);
        await process.ExitAsync();
        return process;
    }

    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"'{_arguments}' did not end within {Deadline.TotalSeconds} s; it said:\n{string.Join('\n', Error)}");
        }

        return _process.ExitCode;
    }

    /// <summary>Waits until a line of its log matches.</summary>
    public Task<Match> LogLineAsync(string pattern) => EventuallyAsync(
        () => Error.Select(l => Regex.Match(l, pattern)).FirstOrDefault(m => m.Success),
        () => $"no log line of '{_arguments}' matches '{pattern}'; it said:\n{string.Join('\n', Error)}");

    /// <summary>The addresses it listens on, by what they are for: http, https and status, as far as the role has them.</summary>
    public async Task<IReadOnlyList<Uri>> AddressesAsync() =>
        [.. (await LogLineAsync("listens on (.*)$")).Groups[1].Value.Split(", ").Select(a => new Uri(a))];

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Asks again and again until there is an answer, or fails with what is known by then.</summary>
    public static async Task<T> EventuallyAsync<T>(Func<T?> ask, Func<string> onFailure)
        where T : class
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < Deadline)
        {
            if (ask() is { } answer)
            {
                return answer;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Fail(onFailure());
        throw new InvalidOperationException("not reached");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private static void Add(List<string> lines, string? line)
    {
        if (line is not null)
        {
            lock (lines)
            {
                lines.Add(Colour().Replace(line, ""));
            }
        }
    }

    [GeneratedRegex("\u001b\\[[0-9;]*m")]
    private static partial Regex Colour();
}
