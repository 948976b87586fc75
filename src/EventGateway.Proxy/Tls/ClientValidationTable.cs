using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventGateway.Proxy.Tls;

/// <summary>
/// Which server names ask their clients for a certificate. A name is asked for by the log whose certificate names it, and by no other; a name that no certificate
/// names by the oldest demand that names it. A demand that cannot be read leaves its predecessor in force; without one nobody is let in.
/// Owns a lock for writing; lookups take none.
/// </summary>
internal sealed class ClientValidationTable(CertificateTable certificates, TlsMetrics? metrics = null, ILogger<ClientValidationTable>? logger = null) : IImagePublisher
{
    private readonly Lock _writer = new();
    private readonly RefusalLog _refusals = new((ILogger?)logger ?? NullLogger.Instance);
    private readonly DemandIndex _index = new();
    private readonly Dictionary<(LogName Log, EntityKey Key), ClientDemand> _demands = [];
    private readonly Dictionary<(LogName Log, EntityKey Key), string> _refused = [];

    public string Name => "client-certificates";

    /// <summary>Whether no name asks for a certificate.</summary>
    public bool IsEmpty => _index.IsEmpty;

    /// <summary>Puts new demands in force. Those that are gone are lifted by <see cref="Lift"/>, once the routes of the same change set are gone, too.</summary>
    public void OnImage(LogName log, ConfigDelta delta, ConfigImage image)
    {
        lock (_writer)
        {
            foreach (var change in delta.Listeners?.Changed ?? [])
            {
                Put_NeedsLock(log, change.Entity);
            }
        }
    }

    public void Lift(LogName log, ConfigDelta delta)
    {
        lock (_writer)
        {
            foreach (var gone in delta.Listeners?.Removed ?? [])
            {
                Remove_NeedsLock((log, gone.Entity.Key));
            }
        }
    }

    public IEnumerable<RefusedRecord> Refused(LogName log)
    {
        lock (_writer)
        {
            var refused = _refused.Where(r => r.Key.Log == log).Select(r => new RefusedRecord(r.Key.Key.Text, r.Value));
            return [.. refused.Concat(Losers_NeedsLock(log)).OrderBy(r => r.Key, StringComparer.Ordinal)];
        }
    }

    /// <summary>What a client has to show for a server name; null: nothing.</summary>
    public ClientDemand? InForce(ReadOnlySpan<char> name, NameMatch served) => _index.IsEmpty ? null : _index.InForce(name, served);

    public ClientDemand? InForce(ReadOnlySpan<char> name) => _index.IsEmpty ? null : _index.InForce(name, certificates.Find(name));

    /// <summary>What a log asks of clients of its own routes for a host, whether or not it is in force.</summary>
    public ClientDemand? AskedBy(LogName log, ReadOnlySpan<char> host) => _index.Of(log, host);

    private void Put_NeedsLock(LogName log, Listener listener)
    {
        var id = (log, listener.Key);
        if (listener.ClientValidation is not { } validation || listener.TlsMode == TlsMode.Passthrough)
        {
            Remove_NeedsLock(id);
            return;
        }

        var fault = Load(log, listener, validation, out var demand);
        if (fault is not null)
        {
            _refused[id] = fault;
            _refusals.Refused(log, listener.Key, fault);
            if (demand is null || _demands.ContainsKey(id))
            {
                return;
            }
        }
        else
        {
            _refused.Remove(id);
        }

        // The new one first: there is no moment without any.
        var before = _demands.GetValueOrDefault(id);
        _demands[id] = demand!;
        _index.Add(demand!);
        if (before is not null)
        {
            _index.Remove(before);
        }
    }

    private string? Load(LogName log, Listener listener, ClientValidation validation, out ClientDemand? demand)
    {
        demand = null;
        try
        {
            demand = new ClientDemand(log, listener, validation, metrics, out var fault);
            fault = listener.Validate().FirstOrDefault()?.ToString() ?? (fault is null ? null : $"clientValidation.caPem: {fault}");
            return fault is null ? null : $"{fault}; where no earlier version is in force no client is let in";
        }
        catch (Exception e) when (BuildFault.IsOfEntity(e))
        {
            return BuildFault.ReasonOf(e);
        }
    }

    private void Remove_NeedsLock((LogName Log, EntityKey Key) id)
    {
        _refused.Remove(id);
        if (_demands.Remove(id, out var before))
        {
            _index.Remove(before);
        }
    }

    private IEnumerable<RefusedRecord> Losers_NeedsLock(LogName log) =>
        from demand in _demands.Values
        where demand.Log == log && !demand.Entity.Hosts.IsDefault
        from host in demand.Entity.Hosts
        let name = host.Type == HostMatchType.Exact ? host.Name : $"*.{host.Name}"
        let winner = WinnerOver(demand, name)
        where winner is not null
        select new RefusedRecord(
            demand.Entity.Key.Text,
            $"clients of {host} are not asked for a certificate as this says: {winner}; until then requests to this workspace's routes there are answered with 421");

    private string? WinnerOver(ClientDemand demand, string name)
    {
        var served = certificates.Find(name);
        if (served.Owner is { } owner)
        {
            return owner == demand.Log ? null : $"the name is served with a certificate of workspace {owner.Workspace}, which alone decides; give the name a certificate of this workspace";
        }

        return _index.InForce(name, served) is { } other && other.Log != demand.Log
            ? $"no certificate names it, and the demand of workspace {other.Log.Workspace} is older; give the name a certificate of this workspace"
            : null;
    }
}
