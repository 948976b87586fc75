using EventGateway.Proxy.Routing;

namespace EventGateway.Proxy.Upstreams;

/// <summary>What of a change set has to wait until its routes are in place.</summary>
internal sealed class UpstreamChange(LogState? log)
{
    public static readonly UpstreamChange None = new(null);

    private readonly List<BackendState> _updates = [];
    private readonly List<BackendState> _removals = [];

    public void Update(BackendState backend) => _updates.Add(backend);

    public void Remove(BackendState backend) => _removals.Add(backend);

    public void Finish()
    {
        foreach (var backend in _updates)
        {
            backend.TryUpdate(onlyIfAny: false);
        }

        foreach (var backend in _removals)
        {
            UpstreamTable.Remove(log!, backend);
        }
    }
}
