using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;

namespace EventGateway.Proxy.Telemetry;

/// <summary>
/// Takes away the series of routes that are gone, with <c>--metrics-per-route</c>. They are shown once more, so that their last requests
/// are not lost, and asked for again for a while: a request that was running makes its series anew. Owns a lock.
/// </summary>
internal sealed class RouteSeries : IImagePublisher
{
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Workspace, string Route), (long At, bool IsShown)> _gone = [];
    private readonly ProxyMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly bool _isOn;

    public RouteSeries(ProxyMetrics metrics, ProxyOptions options, TimeProvider time)
    {
        _metrics = metrics;
        _time = time;
        _isOn = options.MetricsPerRoute;
        if (_isOn)
        {
            metrics.Registry.AddBeforeCollectCallback(Sweep);
        }
    }

    public string Name => "route-series";

    public void OnImage(LogName log, ConfigDelta delta, ConfigImage image)
    {
        if (!_isOn || delta.Routes is not { } routes)
        {
            return;
        }

        lock (_lock)
        {
            foreach (var removed in routes.Removed)
            {
                _gone[(log.Workspace, removed.Entity.Key.Text)] = (_time.GetTimestamp(), false);
            }

            foreach (var changed in routes.Changed)
            {
                _gone.Remove((log.Workspace, changed.Entity.Key.Text));
            }
        }
    }

    private void Sweep()
    {
        lock (_lock)
        {
            foreach (var (route, (at, isShown)) in _gone.ToList())
            {
                if (!isShown)
                {
                    _gone[route] = (at, true);
                    continue;
                }

                _metrics.RemoveRoute(route.Workspace, route.Route);
                if (_time.GetElapsedTime(at) > Memory)
                {
                    _gone.Remove(route);
                }
            }
        }
    }
}
