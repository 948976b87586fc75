using EventGateway.Proxy.Upstreams.Health;
using Prometheus;

namespace EventGateway.Proxy.Telemetry;

/// <summary>What is counted about endpoints, per workspace: endpoints come and go too often to be series of their own.</summary>
internal sealed class UpstreamMetrics
{
    private readonly CollectorRegistry _registry;
    private readonly Gauge _endpoints;
    private readonly Counter _ejections;
    private readonly Counter _retries;
    private readonly Counter _budgetExhausted;
    private readonly Counter _circuitOpen;
    private readonly Counter _probes;

    public UpstreamMetrics(ProxyMetrics metrics)
    {
        _registry = metrics.Registry;
        var factory = Metrics.WithCustomRegistry(_registry);
        _endpoints = factory.CreateGauge(
            "eventgateway_upstream_endpoints", "Endpoints that config lets take requests, by what their health says: healthy, unhealthy (probes or counts), ejected (outlier).",
            ["workspace", "state"]);
        _ejections = factory.CreateCounter("eventgateway_upstream_ejections_total", "Times an endpoint was ejected as an outlier.", ["workspace"]);
        _retries = factory.CreateCounter(
            "eventgateway_upstream_retries_total", "Attempts at another endpoint, by what the one before met: connect, broken, timeout, status.", ["workspace", "reason"]);
        _budgetExhausted = factory.CreateCounter(
            "eventgateway_upstream_retry_budget_exhausted_total", "Retries that were not made as there were too many already.", ["workspace"]);
        _circuitOpen = factory.CreateCounter(
            "eventgateway_upstream_circuit_open_total", "Requests refused at a limit: backend (maxRequests) or endpoint (maxRequestsPerEndpoint of all).", ["workspace", "limit"]);
        _probes = factory.CreateCounter("eventgateway_upstream_probes_total", "Health probes by result: success, failure, connectfailure, timeout, neutral.", ["workspace", "result"]);
    }

    /// <summary>Counts endpoints whenever the metrics are read.</summary>
    public void CountWith(Func<IEnumerable<BackendHealth>> backends) => _registry.AddBeforeCollectCallback(() => Count(backends()));

    public void OnEjected(string workspace) => _ejections.WithLabels(workspace).Inc();

    public void OnRetry(string workspace, string reason) => _retries.WithLabels(workspace, reason).Inc();

    public void OnBudgetExhausted(string workspace) => _budgetExhausted.WithLabels(workspace).Inc();

    public void OnCircuitOpen(string workspace, string limit) => _circuitOpen.WithLabels(workspace, limit).Inc();

#pragma warning disable CA1308 // Label values are lower case.
    public void OnProbe(string workspace, ProbeResult result) => _probes.WithLabels(workspace, result.ToString().ToLowerInvariant()).Inc();
#pragma warning restore CA1308

    private void Count(IEnumerable<BackendHealth> backends)
    {
        var counted = new HashSet<string>();
        foreach (var workspace in backends.GroupBy(b => b.Workspace, StringComparer.Ordinal))
        {
            var (healthy, unhealthy, ejected) = (0, 0, 0);
            foreach (var backend in workspace)
            {
                backend.Count(ref healthy, ref unhealthy, ref ejected);
            }

            counted.Add(workspace.Key);
            _endpoints.WithLabels(workspace.Key, "healthy").Set(healthy);
            _endpoints.WithLabels(workspace.Key, "unhealthy").Set(unhealthy);
            _endpoints.WithLabels(workspace.Key, "ejected").Set(ejected);
        }

        foreach (var labels in _endpoints.GetAllLabelValues().Where(l => !counted.Contains(l[0])).ToList())
        {
            _endpoints.RemoveLabelled(labels);
        }
    }
}
