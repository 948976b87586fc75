using System.Globalization;

namespace EventGateway.Benchmarks;

/// <summary>Samples of one figure, and what of them goes into the tables.</summary>
internal sealed class Measurement(IEnumerable<double> samples)
{
    private readonly double[] _sorted = [.. samples.Order()];

    public int Count => _sorted.Length;

    public double Median => At(0.5);

    public double P25 => At(0.25);

    public double P75 => At(0.75);

    public double P90 => At(0.9);

    public double P99 => At(0.99);

    public double Max => _sorted[^1];

    public double Min => _sorted[0];

    public static string Text(double value) => value.ToString(value >= 100 ? "N0" : value >= 1 ? "N2" : "N4", CultureInfo.InvariantCulture);

    private double At(double share) => _sorted[Math.Min(_sorted.Length - 1, (int)(share * _sorted.Length))];
}
