namespace EventGateway.Benchmarks.Load;

/// <summary>One peer's rounds of one case.</summary>
internal sealed class PeerSamples(Peer peer)
{
    public Peer Peer { get; } = peer;

    /// <summary>By round, in the order they were run.</summary>
    public List<double> CpuPerRequest { get; } = [];

    public List<double> Rate { get; } = [];

    public List<double> P50 { get; } = [];

    public List<double> P99 { get; } = [];

    public long Errors { get; private set; }

    public void Add(LoadSample sample, TimeSpan cpu)
    {
        CpuPerRequest.Add(cpu.TotalMicroseconds / Math.Max(1, sample.Requests));
        Rate.Add(sample.RequestsPerSecond);
        P50.Add(sample.P50);
        P99.Add(sample.P99);
        Errors += sample.Errors;
    }

    /// <summary>Round by round: this peer's processor time in proportion to the other's.</summary>
    public Measurement RatioTo(PeerSamples other) => new(CpuPerRequest.Zip(other.CpuPerRequest, (mine, theirs) => mine / theirs));
}
