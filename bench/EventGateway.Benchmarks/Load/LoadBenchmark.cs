namespace EventGateway.Benchmarks.Load;

/// <summary>
/// The same work for the gateway, bare YARP, nginx and HAProxy, in rounds: every peer has one short turn in each round, in an order that moves
/// on by one from round to round, and ratios are taken within the round. The machine's moods so hit all of them alike.
/// </summary>
internal static class LoadBenchmark
{
    /// <summary>Of a case that is not a peer's first: most of its code was compiled for good in the one before.</summary>
    private const double ShortWarmUp = 5;

    public static Task RunAsync(TextWriter output, LoadOptions options) =>
        RunAsync(output, options, [.. LoadCase.KeepAlive.Where(c => options.Cases.Count == 0 || options.Cases.Contains(c.Name))]);

    public static async Task RunAsync(TextWriter output, LoadOptions options, IReadOnlyList<LoadCase> cases)
    {
        await using var set = await PeerSet.StartAsync(options, output);
        var warmUp = options.WarmUp;
        foreach (var work in cases)
        {
            await output.WriteLineAsync($"\n### {work.Description}\n");
            var samples = new List<PeerSamples>();
            foreach (var peer in set.Peers)
            {
                if (await peer.AnswersAsync(work))
                {
                    samples.Add(new PeerSamples(peer));
                }
                else
                {
                    await output.WriteLineAsync($"{peer.Name} does not offer this: left out.\n");
                }
            }

            await MeasureAsync(set.Area, options, work, warmUp, samples);
            warmUp = Math.Min(warmUp, ShortWarmUp);
            Print(output, work, samples);
        }
    }

    private static async Task MeasureAsync(LoadArea area, LoadOptions options, LoadCase work, double warmUp, List<PeerSamples> samples)
    {
        foreach (var one in samples)
        {
            await LoadGenerator.RunAsync(area, one.Peer, work, warmUp, options.Concurrency);
            one.Peer.EmptyLogs();
        }

        for (var round = 0; round < options.Rounds; round++)
        {
            for (var turn = 0; turn < samples.Count; turn++)
            {
                var one = samples[(round + turn) % samples.Count];
                var before = one.Peer.ProcessorTime();
                var sample = await LoadGenerator.RunAsync(area, one.Peer, work, options.Seconds, options.Concurrency);
                one.Add(sample, one.Peer.ProcessorTime() - before);
                one.Peer.EmptyLogs();
            }
        }
    }

    private static void Print(TextWriter output, LoadCase work, List<PeerSamples> samples)
    {
        var unit = work.NewConnections ? "handshake" : "request";
        var report = new Report(output, "peer", $"CPU us a {unit}", "ratio to bare YARP", "to the same with default settings", $"{unit}s a second", "p50 ms", "p99 ms", "errors");
        var yarp = samples.FirstOrDefault(s => s.Peer.Name == YarpPeer.Name);
        var defaults = samples.FirstOrDefault(s => s.Peer.Name == YarpPeer.DefaultsName);
        foreach (var one in samples)
        {
            report.Row(
                one.Peer.Name, Spread(one.CpuPerRequest, "N1"), Ratio(one, yarp), Ratio(one, defaults), Spread(one.Rate, "N0"),
                Spread(one.P50, "N2"), Spread(one.P99, "N2"), $"{one.Errors}");
        }
    }

    private static string Ratio(PeerSamples one, PeerSamples? other) => other is null ? "" : Spread(one.RatioTo(other), "N3");

    private static string Spread(IEnumerable<double> samples, string format) => Spread(new Measurement(samples), format);

    private static string Spread(Measurement m, string format) => FormattableString.Invariant(
        $"{m.Median.ToString(format, null)} ({m.P25.ToString(format, null)} - {m.P75.ToString(format, null)})");
}
