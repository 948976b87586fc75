using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;

namespace EventGateway.Benchmarks.Load;

/// <summary>One proxy under load, as a process of its own that ends with this object.</summary>
internal sealed class Peer(string name, PeerPorts ports, ProcessStartInfo start, IReadOnlyList<string>? logs = null) : IAsyncDisposable
{
    private static readonly TimeSpan StartBound = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(10);

    // USER_HZ: what /proc counts processor time in, on every Linux.
    private const double TicksPerSecond = 100;

    private Process? _process;

    public string Name { get; } = name;

    public int Id => _process!.Id;

    public PeerPorts Ports { get; } = ports;

    public Uri UrlOf(LoadCase work) => new(string.Create(
        CultureInfo.InvariantCulture, $"{(work.Port == FrontPort.Https ? "https" : "http")}://{LoadArea.Host}:{Ports.Of(work.Port)}/{work.File}"));

    /// <summary>Returns when the peer answers.</summary>
    public async Task StartAsync(LoadCase probe)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += KillWithThisProcess;
        var text = new ProcessText(_process);
        var began = Stopwatch.GetTimestamp();
        while (!await AnswersAsync(probe))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(began) > StartBound)
            {
                throw new InvalidOperationException($"{Name} does not serve: {text.Last}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>Whether the peer answers a request of this kind at all: not every one of them speaks everything.</summary>
    public async Task<bool> AnswersAsync(LoadCase work)
    {
        if (Ports.Of(work.Port) == 0)
        {
            return false;
        }

        using var handler = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.Subject == $"CN={LoadArea.Host}" } };
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(5) };
        using var request = new HttpRequestMessage(HttpMethod.Get, UrlOf(work))
        {
            Version = work.IsHttp2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        try
        {
            using var answer = await client.SendAsync(request);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Processor time so far, user and system, of the process and its workers.</summary>
    public TimeSpan ProcessorTime() => TimeSpan.FromSeconds(Tree().Sum(TicksOf) / TicksPerSecond);

    public long ResidentKiB() => Tree().Sum(ResidentOf);

    /// <summary>The peer's own logs grow by the gigabyte under load; what matters is that they are written.</summary>
    public void EmptyLogs()
    {
        foreach (var log in logs ?? [])
        {
            using var file = new FileStream(log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            file.SetLength(0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= KillWithThisProcess;
        if (_process is not { } process)
        {
            return;
        }

        // Asked first, as nginx's master ends its workers then.
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        using var bound = new CancellationTokenSource(StopBound, TimeProvider.System);
        await process.WaitForExitAsync(bound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private void KillWithThisProcess(object? sender, EventArgs e) => _process?.Kill(entireProcessTree: true);

    private IEnumerable<int> Tree() => File.ReadAllText($"/proc/{Id}/task/{Id}/children")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(c => int.Parse(c, CultureInfo.InvariantCulture)).Prepend(Id);

    private static long TicksOf(int id)
    {
        // The name may have blanks and parentheses; what follows it starts with field 3, and 14 and 15 are the times.
        var stat = File.ReadAllText($"/proc/{id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    private static long ResidentOf(int id)
    {
        const string Field = "VmRSS:";
        var line = File.ReadLines($"/proc/{id}/status").First(l => l.StartsWith(Field, StringComparison.Ordinal));
        return long.Parse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
