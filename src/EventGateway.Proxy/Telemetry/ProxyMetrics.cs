using System.Collections.Concurrent;
using System.Globalization;
using EventGateway.Core.Log;
using EventGateway.Proxy.Routing;
using Prometheus;

namespace EventGateway.Proxy.Telemetry;

/// <summary>
/// All metrics of the process, in a registry of their own. Requests without a route count under an empty workspace.
/// The logs' own are in <see cref="LogMetrics"/>.
/// </summary>
internal sealed class ProxyMetrics
{
    private static readonly double[] RequestBuckets = [.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60];
    private static readonly double[] ChangeBuckets = [.001, .0025, .005, .01, .015, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 60];
    private static readonly double[] ApplyBuckets = [.000005, .00001, .000025, .00005, .0001, .00025, .0005, .001, .005, .025, .1, .5, 1, 5];

    private readonly ConcurrentDictionary<(string Workspace, string Route), RequestSeries> _series = new();
    private readonly Counter _requests;
    private readonly Histogram _requestDuration;
    private readonly Histogram _upstreamDuration;
    private readonly Histogram _applyDuration;
    private readonly Histogram _changeToProxy;
    private readonly Counter _droppedLogLines;
    private readonly bool _perRoute;

    public ProxyMetrics(ProxyOptions options)
    {
        _perRoute = options.MetricsPerRoute;
        var factory = Metrics.WithCustomRegistry(Registry);

        // Looking for a trace to name would cost every observation.
        factory.ExemplarBehavior = ExemplarBehavior.NoExemplars();
        _requests = factory.CreateCounter(
            "eventgateway_requests_total", "Requests answered.", _perRoute ? ["workspace", "code", "route"] : ["workspace", "code"]);
        _requestDuration = factory.CreateHistogram(
            "eventgateway_request_duration_seconds", "From the request's head to the end of the answer.", ["workspace"], new HistogramConfiguration { Buckets = RequestBuckets });
        _upstreamDuration = factory.CreateHistogram(
            "eventgateway_upstream_duration_seconds", "Until the upstream's answer began.", ["workspace"], new HistogramConfiguration { Buckets = RequestBuckets });
        _applyDuration = factory.CreateHistogram(
            "eventgateway_config_apply_duration_seconds", "Putting one change set of one log into use.", ["publisher"], new HistogramConfiguration { Buckets = ApplyBuckets });
        _changeToProxy = factory.CreateHistogram(
            "eventgateway_change_to_proxy_seconds", "From seeing a change at its source to serving it here; changes that came while this process ran.",
            ["origin", "workspace"], new HistogramConfiguration { Buckets = ChangeBuckets });
        _droppedLogLines = factory.CreateCounter("eventgateway_access_log_dropped_total", "Access log lines that could not be written in time.");
    }

    public CollectorRegistry Registry { get; } = Metrics.NewCustomRegistry();

    public void OnRequest(RouteHit hit, int status, TimeSpan duration, TimeSpan? upstream)
    {
        var workspace = hit.IsMatch ? hit.Log.Workspace : "";
        var route = _perRoute && hit.IsMatch ? hit.Route.Key.Text : "";
        if (!_series.TryGetValue((workspace, route), out var series))
        {
            series = _series.GetOrAdd((workspace, route), NewSeries);
        }

        series.CountOf(status).Inc();
        series.Duration.Observe(duration.TotalSeconds);
        if (upstream is { } waited)
        {
            series.Upstream.Observe(waited.TotalSeconds);
        }
    }

    public void OnApplied(string publisher, TimeSpan duration) => _applyDuration.WithLabels(publisher).Observe(duration.TotalSeconds);

    public void OnServed(LogName log, TimeSpan sinceObserved) => _changeToProxy.WithLabels(log.Origin, log.Workspace).Observe(sinceObserved.TotalSeconds);

    /// <summary>Forgets the series of a route; one that still has requests makes it anew.</summary>
    public void RemoveRoute(string workspace, string route)
    {
        if (!_series.TryRemove((workspace, route), out _))
        {
            return;
        }

        foreach (var labels in _requests.GetAllLabelValues().Where(l => l[0] == workspace && l[2] == route).ToList())
        {
            _requests.RemoveLabelled(labels);
        }
    }

    public void OnLogLineDropped() => _droppedLogLines.Inc();

    private RequestSeries NewSeries((string Workspace, string Route) key) => new(
        status => _perRoute ? _requests.WithLabels(key.Workspace, CodeOf(status), key.Route) : _requests.WithLabels(key.Workspace, CodeOf(status)),
        _requestDuration.WithLabels(key.Workspace),
        _upstreamDuration.WithLabels(key.Workspace));

    private static string CodeOf(int status) => status.ToString(CultureInfo.InvariantCulture);

    private sealed class RequestSeries(Func<int, Counter.Child> count, IHistogram duration, IHistogram upstream)
    {
        private readonly Counter.Child?[] _byStatus = new Counter.Child?[600];

        public IHistogram Duration { get; } = duration;

        public IHistogram Upstream { get; } = upstream;

        public Counter.Child CountOf(int status) => (uint)status < (uint)_byStatus.Length ? _byStatus[status] ??= count(status) : count(status);
    }
}
