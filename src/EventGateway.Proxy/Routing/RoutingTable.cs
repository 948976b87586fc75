using System.Collections.Concurrent;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Proxy.Streams;
using EventGateway.Proxy.Telemetry;
using EventGateway.Proxy.Upstreams;
using EventGateway.Proxy.Upstreams.Balancing;
using EventGateway.Proxy.Upstreams.Health;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventGateway.Proxy.Routing;

/// <summary>
/// The routes and backends of all logs, ready for requests. Matching takes no lock and allocates nothing; <see cref="OnImage"/> touches
/// what the delta names and costs nothing more when there are more other routes.
/// <para>Order inside one change set, so that every request is answered as the config before or the one after says:</para>
/// <code>
/// 1. backends and endpoints, but for changes that leave a backend without a ready endpoint
/// 2. new routes and matches, best first
/// 3. old routes and matches, worst first
/// 4. what 1 held back, and removed backends
/// </code>
/// <para>
/// Paths are compared as they are decoded once, byte for byte and with regard to case: <c>//</c> is two segments, <c>%2F</c> is no
/// separator, <c>/foo/</c> is not the exact path <c>/foo</c>.
/// </para>
/// </summary>
public sealed class RoutingTable : IImagePublisher
{
    private const int MaxTries = 32;

    private readonly Lock _writer = new();
    private readonly TableVersion _version = new();
    private readonly HostIndex _hosts = new();
    private readonly ConcurrentDictionary<LogName, LogState> _logs = new();
    private readonly UpstreamTable _upstreams;
    private readonly StreamIndex _streams;
    private readonly RefusalLog _refusals;
    private int _phase;

    public RoutingTable()
        : this(new UpstreamClients(), NullLogger.Instance)
    {
    }

    /// <param name="streamPorts">Ports that are open for stream routes; null: none.</param>
    internal RoutingTable(UpstreamClients clients, ILogger logger, EndpointTokens? tokens = null, HealthWatch? watch = null, IEnumerable<int>? streamPorts = null)
    {
        _upstreams = new UpstreamTable(clients, tokens ?? EndpointTokens.WithoutKey, watch ?? new HealthWatch());
        _streams = new StreamIndex(streamPorts ?? []);
        _refusals = new RefusalLog(logger);
    }

    public string Name => "routing-table";

    /// <inheritdoc/>
    public void OnImage(LogName log, ConfigDelta delta, ConfigImage image)
    {
        lock (_writer)
        {
            NextPhase_NeedsLock();
            var state = _logs.GetOrAdd(log, static (name, refusals) => new LogState(name, refusals), _refusals);
            var upstreams = _upstreams.Begin(state, delta);
            if (delta.Routes is { } routes)
            {
                ApplyRoutes_NeedsLock(state, routes);
            }

            NextPhase_NeedsLock();
            upstreams.Finish();
            NextPhase_NeedsLock();
            if (image.Position.Commit != 0 || delta.Count > 0)
            {
                state.Position = $"{log}@{image.Position.Commit}";
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerable<RefusedRecord> Refused(LogName log)
    {
        if (!_logs.TryGetValue(log, out var state))
        {
            return [];
        }

        lock (_writer)
        {
            var refused = state.Refused.Select(r => new RefusedRecord(r.Key.Text, r.Value));
            var shadowed = state.Shadowed.Select(s => new RefusedRecord(s.Candidate.Route.Entity.Key.Text, ShadowReason.Of(s.Slot, s.Candidate)));
            var streams = state.Streams.SelectMany(s => _streams.LossesOf(s).Select(l => new RefusedRecord(s.Entity.Key.Text, l)));
            return [.. refused.Concat(shadowed).Concat(streams).OrderBy(r => r.Key, StringComparer.Ordinal).ThenBy(r => r.Reason, StringComparer.Ordinal)];
        }
    }

    /// <summary>Finds the one route for a request. Safe from any thread, also while <see cref="OnImage"/> runs.</summary>
    public bool TryMatch(in RouteRequest request, out RouteHit hit)
    {
        hit = default;
        if (request.Path.Length == 0 || request.Path[0] != '/')
        {
            return false;
        }

        // A walk that a change overlapped may have seen neither a route's old place nor its new one.
        var spin = default(SpinWait);
        for (var tries = 0; ; tries++)
        {
            var version = _version.Read();
            var best = new BestMatch(in request);
            _hosts.Find(in request, ref best);
            if ((TableVersion.IsStable(version) && version == _version.Read()) || tries == MaxTries)
            {
                hit = best.Candidate is null ? default : new RouteHit(best.Candidate, best.MatchedLength);
                return best.Candidate is not null;
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    /// <summary>
    /// Finds the route, picks one of its backends, and takes the backend's endpoints, all as of one moment: a request that is held up in between
    /// must not go by a route that is gone to endpoints that came later.
    /// </summary>
    internal RouteDecision Decide(in RouteRequest request)
    {
        var spin = default(SpinWait);
        for (var tries = 0; ; tries++)
        {
            var phase = Volatile.Read(ref _phase);
            var decision = DecideOnce(in request);
            if (phase == Volatile.Read(ref _phase) || tries == MaxTries)
            {
                return decision;
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    /// <summary>Null: the port is not open.</summary>
    internal StreamPort? StreamPort(int number) => _streams.Find(number);

    /// <summary>The same for a connection: by its port, and by the server name where the port's routes have one.</summary>
    internal StreamDecision Decide(StreamPort port, string serverName)
    {
        var spin = default(SpinWait);
        for (var tries = 0; ; tries++)
        {
            var phase = Volatile.Read(ref _phase);
            var decision = DecideOnce(port, serverName);
            if (phase == Volatile.Read(ref _phase) || tries == MaxTries)
            {
                return decision;
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    private static StreamDecision DecideOnce(StreamPort port, string serverName)
    {
        if (port.Find(serverName) is not { } entry)
        {
            return default;
        }

        var backend = entry.Backends.Pick();
        var model = backend?.Model;
        return new StreamDecision(new RouteHit(entry.StreamCandidate!, 0), model, backend?.Entity, model?.Pool);
    }

    private RouteDecision DecideOnce(in RouteRequest request)
    {
        if (!TryMatch(in request, out var hit))
        {
            return default;
        }

        var backend = hit.Entry.Backends.Pick()?.Model;
        return new RouteDecision(hit, backend, backend?.Pool);
    }

    private void ApplyRoutes_NeedsLock(LogState log, KindDelta<Route> routes)
    {
        var added = new List<Placement>();
        var removed = new List<Placement>();
        var replaced = new List<RouteEntry>();
        foreach (var change in routes.Changed)
        {
            var key = change.Entity.Key;
            var previous = log.Routes.GetValueOrDefault(key);
            if (RouteCompiler.Compile(log, change.Entity, previous, out var reason) is not { } entry)
            {
                log.Refuse(key, reason!);
                continue;
            }

            log.Accept(key);
            entry.Backends = _upstreams.Acquire(log, change.Entity.Backends);
            log.Routes[key] = entry;
            Placement.AddAll(entry, added);
            ChangeStream_NeedsLock(entry, previous);
            Retire(previous, removed, replaced);
        }

        foreach (var gone in routes.Removed)
        {
            log.Accept(gone.Entity.Key);
            log.Routes.Remove(gone.Entity.Key, out var previous);
            ChangeStream_NeedsLock(null, previous);
            Retire(previous, removed, replaced);
        }

        Place_NeedsLock(added, removed);
        foreach (var entry in replaced)
        {
            UpstreamTable.Release(log, entry.Backends);
        }
    }

    private void ChangeStream_NeedsLock(RouteEntry? add, RouteEntry? remove)
    {
        _streams.Change(add, remove);
        if (add is { Entity.IsStream: true } && _refusals.IsOn)
        {
            foreach (var loss in _streams.LossesOf(add))
            {
                _refusals.Shadowed(add.Log.Name, add.Entity.Key, loss);
            }
        }
    }

    private void NextPhase_NeedsLock() => Volatile.Write(ref _phase, _phase + 1);

    private void Place_NeedsLock(List<Placement> added, List<Placement> removed)
    {
        // One placement that stays where it is needs no detour over two.
        if (added is [var one] && removed is [var other] && FindSlot(one) is { } shared && ReferenceEquals(shared, FindSlot(other)))
        {
            shared.Change(one.Candidate, other.Candidate, _version);
            return;
        }

        added.Sort(Placement.Compare);
        removed.Sort((left, right) => Placement.Compare(right, left));
        foreach (var placement in added)
        {
            _hosts.GetOrAdd(placement.Host).GetOrAddSlot(placement.Candidate).Change(placement.Candidate, null, _version);
        }

        foreach (var placement in removed)
        {
            Remove_NeedsLock(placement);
        }
    }

    private void Remove_NeedsLock(Placement placement)
    {
        if (_hosts.Find(placement.Host) is not { } paths || paths.FindSlot(placement.Candidate.Path) is not { } slot)
        {
            return;
        }

        slot.Change(null, placement.Candidate, _version);
        if (slot.IsEmpty)
        {
            paths.Remove(slot);
            if (paths.IsEmpty)
            {
                _hosts.Remove(paths);
            }
        }
    }

    private PathSlot? FindSlot(Placement placement) => _hosts.Find(placement.Host)?.FindSlot(placement.Candidate.Path);

    private static void Retire(RouteEntry? entry, List<Placement> removed, List<RouteEntry> replaced)
    {
        if (entry is not null)
        {
            Placement.AddAll(entry, removed);
            replaced.Add(entry);
        }
    }
}
