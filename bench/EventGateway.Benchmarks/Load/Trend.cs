namespace EventGateway.Benchmarks.Load;

/// <summary>One figure over time: where it began, ended and was at most, and the slope of the straight line through it.</summary>
internal sealed class Trend
{
    private readonly List<(double Minutes, double Value)> _points = [];

    public void Add(TimeSpan at, double value) => _points.Add((at.TotalMinutes, value));

    public double First => _points[0].Value;

    public double Last => _points[^1].Value;

    public double Max => _points.Max(p => p.Value);

    /// <summary>A minute, by least squares.</summary>
    public double Slope
    {
        get
        {
            var (x, y) = (_points.Average(p => p.Minutes), _points.Average(p => p.Value));
            var spread = _points.Sum(p => (p.Minutes - x) * (p.Minutes - x));
            return spread == 0 ? 0 : _points.Sum(p => (p.Minutes - x) * (p.Value - y)) / spread;
        }
    }
}
