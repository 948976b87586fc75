using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace EventGateway.TestKit.Processes;

/// <summary>
/// The built <c>eventgateway</c> as a process of its own. It keeps its arguments and ports, so that it can be killed and started again as a
/// supervisor would do it; what it wrote in all its lives is kept. The process ends with this object, or with the test run.
/// </summary>
public sealed class GatewayProcess : IAsyncDisposable
{
    private const int ShownLines = 40;

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "eventgateway.dll");
    private static readonly HttpClient StatusClient = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };

    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly string[] _arguments;
    private Process? _process;
    private int? _exitCode;

    /// <param name="name">In messages.</param>
    /// <param name="arguments">As on a command line. <c>{http}</c>, <c>{https}</c> and <c>{status}</c> stand for ports chosen here.</param>
    public GatewayProcess(string name, params IEnumerable<string> arguments)
    {
        Name = name;
        _arguments =
        [
            .. arguments.Select(a => a.Replace("{http}", $"{HttpPort}", StringComparison.Ordinal)
                .Replace("{https}", $"{HttpsPort}", StringComparison.Ordinal).Replace("{status}", $"{StatusPort}", StringComparison.Ordinal)),
        ];
    }

    public string Name { get; }

    public int HttpPort { get; } = FreePorts.Take();

    public int HttpsPort { get; } = FreePorts.Take();

    public int StatusPort { get; } = FreePorts.Take();

    public int? Id => _process?.Id;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Standard output and error of all its lives.</summary>
    public string Output
    {
        get
        {
            lock (_gate)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    /// <summary>Starts it, or starts it again.</summary>
    public GatewayProcess Start()
    {
        if (_process is not null)
        {
            throw new InvalidOperationException($"{Name} is running.");
        }

        _exitCode = null;
        var process = new Process { StartInfo = StartInfo() };
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.Start();
        ChildProcesses.Add(process);
        Keep($"--- {Name}: process {process.Id} started: eventgateway {string.Join(' ', _arguments)}");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        return this;
    }

    /// <summary>As a power cut does it (SIGKILL).</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await ReapAsync(process);
        }
    }

    /// <summary>Asks it to stop (SIGTERM).</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", $"kill -TERM {Id}" } })!;
        await kill.WaitForExitAsync();
    }

    /// <summary>Waits until it has ended by itself.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan? deadline = null)
    {
        if (_process is { } process)
        {
            try
            {
                await process.WaitForExitAsync().WaitAsync(deadline ?? Eventually.Deadline, TimeProvider.System);
            }
            catch (TimeoutException)
            {
                Assert.Fail($"{Name} should have ended by itself, and still runs.\n{Describe()}");
            }

            await ReapAsync(process);
        }

        return _exitCode!.Value;
    }

    /// <summary>What <c>/status</c> says; null while it does not answer.</summary>
    public async Task<GatewayStatus?> GetStatusAsync()
    {
        try
        {
            return await StatusClient.GetFromJsonAsync<GatewayStatus>($"http://127.0.0.1:{StatusPort}/status", JsonSerializerOptions.Web);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>What <c>/readyz</c> says, as <c>200 body</c>; null while it does not answer.</summary>
    public async Task<string?> GetReadinessAsync()
    {
        try
        {
            using var answer = await StatusClient.GetAsync(new Uri($"http://127.0.0.1:{StatusPort}/readyz"));
            return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    public async Task<GatewayProcess> WaitUntilReadyAsync(TimeSpan? deadline = null)
    {
        await Eventually.BecomesAsync(ObserveAsync, r => r.StartsWith("200", StringComparison.Ordinal), $"{Name} to be ready", [this], deadline);
        return this;

        async Task<string?> ObserveAsync()
        {
            Assert.True(IsRunning, $"{Name} should become ready, and has ended.\n{Describe()}");
            return await GetReadinessAsync();
        }
    }

    public Task<GatewayStatus> WaitForStatusAsync(Func<GatewayStatus, bool> isExpected, string expected, TimeSpan? deadline = null) =>
        Eventually.BecomesAsync(GetStatusAsync, isExpected, $"{Name}: {expected}", [this], deadline);

    /// <summary>Waits for a text in what it writes, at <paramref name="fromLine"/> or behind.</summary>
    public Task WaitForOutputAsync(string text, int fromLine = 0, TimeSpan? deadline = null) =>
        Eventually.HoldsAsync(() => Task.FromResult(OutputFrom(fromLine).Contains(text, StringComparison.Ordinal)), $"{Name} to write '{text}'", [this], deadline);

    public int LineCount
    {
        get
        {
            lock (_gate)
            {
                return _lines.Count;
            }
        }
    }

    public string OutputFrom(int line)
    {
        lock (_gate)
        {
            return string.Join('\n', _lines.Skip(line));
        }
    }

    /// <summary>State and last lines, for a failure's message.</summary>
    public string Describe()
    {
        lock (_gate)
        {
            return $"=== {Name}: {(IsRunning ? $"runs as process {Id}" : $"has ended with exit code {_exitCode ?? _process?.ExitCode}")}; last lines:\n"
                + string.Join('\n', _lines.TakeLast(ShownLines));
        }
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private ProcessStartInfo StartInfo()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add(Program);
        foreach (var argument in _arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("EVENTGATEWAY_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        return start;
    }

    private async Task ReapAsync(Process process)
    {
        await process.WaitForExitAsync();
        ChildProcesses.Remove(process);
        _exitCode = process.ExitCode;
        _process = null;
        process.Dispose();
        Keep($"--- {Name}: ended with exit code {_exitCode}");
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            lock (_gate)
            {
                _lines.Add(line);
            }
        }
    }
}
