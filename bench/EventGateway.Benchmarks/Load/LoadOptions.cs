using System.Globalization;

namespace EventGateway.Benchmarks.Load;

/// <summary>What <c>load</c>, <c>handshakes</c> and <c>soak</c> are told.</summary>
internal sealed class LoadOptions
{
    /// <summary>The built <c>eventgateway.dll</c>.</summary>
    public required string Executable { get; init; }

    public int Rounds { get; private set; } = 24;

    /// <summary>Of each peer's turn in a round.</summary>
    public double Seconds { get; private set; } = 2;

    /// <summary>
    /// Seconds of load before a peer's first case. Long enough for the runtime to have compiled the hot path anew by what it has seen; on a machine
    /// that is busy otherwise it takes longer.
    /// </summary>
    public double WarmUp { get; private set; } = 20;

    /// <summary>Requests in flight.</summary>
    public int Concurrency { get; private set; } = 32;

    /// <summary>Worker threads of every peer. Default: the processors of this machine.</summary>
    public int Threads { get; private set; } = Environment.ProcessorCount;

    /// <summary>Of the soak.</summary>
    public double Minutes { get; private set; } = 10;

    /// <summary>Names of <see cref="LoadCase"/>; empty: all.</summary>
    public IReadOnlyList<string> Cases { get; private set; } = [];

    /// <summary>Names of peers; empty: all.</summary>
    public IReadOnlyList<string> Peers { get; private set; } = [];

    /// <summary>More builds of the gateway, to be compared with the first.</summary>
    public List<GatewayBuild> Beside { get; } = [];

    /// <exception cref="FormatException">An option is unknown or has no value; the message says which.</exception>
    public static LoadOptions Parse(string executable, ReadOnlySpan<string> arguments)
    {
        var options = new LoadOptions { Executable = Path.GetFullPath(executable) };
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : throw new FormatException($"{arguments[i]} needs a value.");
            switch (arguments[i])
            {
                case "--rounds": options.Rounds = Whole(value); break;
                case "--seconds": options.Seconds = Number(value); break;
                case "--concurrency": options.Concurrency = Whole(value); break;
                case "--threads": options.Threads = Whole(value); break;
                case "--warm-up": options.WarmUp = Number(value); break;
                case "--minutes": options.Minutes = Number(value); break;
                case "--cases": options.Cases = value.Split(','); break;
                case "--peers": options.Peers = value.Split(','); break;
                case "--beside": options.Beside.Add(GatewayBuild.Parse(value)); break;
                default: throw new FormatException($"{arguments[i]} is not an option of this verb.");
            }
        }

        return options;
    }

    private static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
