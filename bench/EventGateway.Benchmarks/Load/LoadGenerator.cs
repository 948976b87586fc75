using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace EventGateway.Benchmarks.Load;

/// <summary>
/// Runs wrk (HTTP/1.1) or h2load (HTTP/2) once against a peer, on one thread. Both keep the given number of requests in flight: wrk one on
/// each connection, h2load eight streams on each.
/// </summary>
internal static partial class LoadGenerator
{
    private const int StreamsPerConnection = 8;

    public static async Task<LoadSample> RunAsync(LoadArea area, Peer peer, LoadCase work, double seconds, int concurrency)
    {
        var url = peer.UrlOf(work);
        return work.IsHttp2 ? await H2LoadAsync(area, url, seconds, concurrency) : await WrkAsync(url, seconds, concurrency, work.NewConnections);
    }

    private static async Task<LoadSample> WrkAsync(Uri url, double seconds, int concurrency, bool newConnections)
    {
        string[] close = newConnections ? ["-H", "Connection: close"] : [];
        var text = await OutputAsync("wrk", ["-t1", $"-c{concurrency}", $"-d{Math.Ceiling(seconds).ToString(CultureInfo.InvariantCulture)}s", "--latency", .. close, url.AbsoluteUri]);
        var total = Number(WrkTotal().Match(text).Groups[1].Value);
        var refused = Number(WrkRefused().Match(text).Groups[1].Value);
        var errors = WrkErrors().Match(text).Groups[1].Value.Split(',').Sum(part => Number(Digits().Match(part).Value));
        return new LoadSample(
            total - refused,
            refused + errors,
            double.Parse(WrkRate().Match(text).Groups[1].Value, CultureInfo.InvariantCulture),
            Milliseconds(WrkP50().Match(text)),
            Milliseconds(WrkP99().Match(text)));
    }

    private static async Task<LoadSample> H2LoadAsync(LoadArea area, Uri url, double seconds, int concurrency)
    {
        var log = area.PathOf("h2load.log");
        File.Delete(log);
        var connections = Math.Max(1, concurrency / StreamsPerConnection);
        var text = await OutputAsync("h2load",
            ["-t1", $"-c{connections}", $"-m{StreamsPerConnection}", $"-D{seconds.ToString(CultureInfo.InvariantCulture)}", $"--log-file={log}", url.AbsoluteUri]);
        var done = H2Requests().Match(text);
        var statuses = H2Statuses().Match(text);
        var ok = Number(statuses.Groups[1].Value);
        var others = Number(done.Groups[1].Value) - ok;
        var failed = Number(done.Groups[2].Value) + Number(done.Groups[3].Value) + Number(done.Groups[4].Value);

        // begun at, status, microseconds
        var times = new Measurement(File.ReadLines(log).Select(l => double.Parse(l.AsSpan(l.LastIndexOf('\t') + 1), CultureInfo.InvariantCulture) / 1000));
        return new LoadSample(ok, Math.Max(0, others) + failed, double.Parse(H2Rate().Match(text).Groups[1].Value, CultureInfo.InvariantCulture), times.Median, times.P99);
    }

    private static async Task<string> OutputAsync(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{program} ended with exit code {process.ExitCode}: {await error}{text}");
    }

    private static long Number(string text) => text.Length == 0 ? 0 : long.Parse(text, CultureInfo.InvariantCulture);

    private static double Milliseconds(Match match)
    {
        if (!match.Success)
        {
            return double.NaN;
        }

        var value = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        return match.Groups[2].Value switch { "us" => value / 1000, "ms" => value, "s" => value * 1000, _ => value * 60_000 };
    }

    [GeneratedRegex(@"(\d+) requests in ")]
    private static partial Regex WrkTotal();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)")]
    private static partial Regex WrkRefused();

    [GeneratedRegex(@"Socket errors: (.+)")]
    private static partial Regex WrkErrors();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex WrkRate();

    [GeneratedRegex(@"50%\s+([\d.]+)(us|ms|s|m)")]
    private static partial Regex WrkP50();

    [GeneratedRegex(@"99%\s+([\d.]+)(us|ms|s|m)")]
    private static partial Regex WrkP99();

    [GeneratedRegex(@"(\d+) done, \d+ succeeded, (\d+) failed, (\d+) errored, (\d+) timeout")]
    private static partial Regex H2Requests();

    [GeneratedRegex(@"status codes: (\d+) 2xx")]
    private static partial Regex H2Statuses();

    [GeneratedRegex(@"([\d.]+) req/s")]
    private static partial Regex H2Rate();
}
