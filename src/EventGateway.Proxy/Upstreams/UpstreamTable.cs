using System.Collections.Immutable;
using EventGateway.Core.Image;
using EventGateway.Core.Model;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Upstreams.Balancing;
using EventGateway.Proxy.Upstreams.Health;

namespace EventGateway.Proxy.Upstreams;

/// <summary>The writer's side of the backends: which there are, who uses them, which endpoints they have.</summary>
internal sealed class UpstreamTable(UpstreamClients clients, EndpointTokens tokens, HealthWatch watch)
{
    /// <summary>Applies what can be applied before the routes of the same change set; the rest is done by the result's Finish.</summary>
    public UpstreamChange Begin(LogState log, ConfigDelta delta)
    {
        if (delta.Backends is null && delta.Endpoints is null)
        {
            return UpstreamChange.None;
        }

        var change = new UpstreamChange(log);
        var touched = new HashSet<BackendState>();
        foreach (var endpoints in delta.Endpoints?.Changed ?? [])
        {
            PutEndpoints(log, endpoints.Entity, touched);
        }

        foreach (var endpoints in delta.Endpoints?.Removed ?? [])
        {
            RemoveEndpoints(log, endpoints.Entity.Key, touched);
        }

        foreach (var backend in delta.Backends?.Changed ?? [])
        {
            PutBackend(log, backend.Entity, touched);
        }

        foreach (var backend in delta.Backends?.Removed ?? [])
        {
            log.Accept(backend.Entity.Key);
            if (log.Backends.TryGetValue(backend.Entity.Key, out var state))
            {
                change.Remove(state);
                touched.Remove(state);
            }
        }

        foreach (var state in touched)
        {
            if (!state.TryUpdate(onlyIfAny: true))
            {
                change.Update(state);
            }
        }

        return change;
    }

    public BackendChoice Acquire(LogState log, ImmutableArray<WeightedBackend> backends)
    {
        if (backends.IsDefaultOrEmpty)
        {
            return BackendChoice.None;
        }

        var states = new BackendState[backends.Length];
        Span<int> weights = backends.Length <= 64 ? stackalloc int[backends.Length] : new int[backends.Length];
        for (var i = 0; i < states.Length; i++)
        {
            states[i] = GetOrAdd(log, backends[i].Backend);
            states[i].Uses++;
            weights[i] = backends[i].Weight;
        }

        return BackendChoice.From(states, weights);
    }

    public static void Release(LogState log, BackendChoice choice)
    {
        foreach (var state in choice.Backends)
        {
            state.Uses--;
            DropIfUnused(log, state);
        }
    }

    public static void Remove(LogState log, BackendState state)
    {
        Join(log, state, null);
        state.Clear();
        DropIfUnused(log, state);
    }

    private BackendState GetOrAdd(LogState log, EntityKey key)
    {
        if (!log.Backends.TryGetValue(key, out var state))
        {
            state = new BackendState(log.Name, key, clients, tokens, watch);
            log.Backends[key] = state;
        }

        return state;
    }

    private void PutBackend(LogState log, Backend backend, HashSet<BackendState> touched)
    {
        if ((FaultOf(backend) ?? UpstreamTlsSettings.FaultOf(backend)) is { } fault)
        {
            log.Refuse(backend.Key, fault);
            return;
        }

        var state = GetOrAdd(log, backend.Key);
        try
        {
            state.Prepare(backend);
        }
        catch (Exception e) when (BuildFault.IsOfEntity(e))
        {
            log.Refuse(backend.Key, BuildFault.ReasonOf(e));
            DropIfUnused(log, state);
            return;
        }

        log.Accept(backend.Key);
        Join(log, state, backend.EndpointsGroup);
        touched.Add(state);
    }

    private static void PutEndpoints(LogState log, Endpoints endpoints, HashSet<BackendState> touched)
    {
        if (FaultOf(endpoints) is { } fault)
        {
            log.Refuse(endpoints.Key, fault);
            return;
        }

        log.Accept(endpoints.Key);
        if (log.Endpoints.TryGetValue(endpoints.Key, out var before) && before.Group != endpoints.Group)
        {
            RemoveEndpoints(log, endpoints.Key, touched);
        }

        log.Endpoints[endpoints.Key] = endpoints;
        var group = GroupOf(log, endpoints.Group);
        group.Put(endpoints);
        touched.UnionWith(group.Backends);
    }

    private static string? FaultOf(Entity entity)
    {
        try
        {
            return entity.Validate().FirstOrDefault()?.ToString();
        }
        catch (Exception e) when (BuildFault.IsOfEntity(e))
        {
            return BuildFault.ReasonOf(e);
        }
    }

    private static void RemoveEndpoints(LogState log, EntityKey key, HashSet<BackendState> touched)
    {
        log.Accept(key);
        if (!log.Endpoints.Remove(key, out var before) || !log.Groups.TryGetValue(before.Group, out var group))
        {
            return;
        }

        group.Remove(key);
        touched.UnionWith(group.Backends);
        DropIfEmpty(log, group);
    }

    private static void Join(LogState log, BackendState state, string? groupName)
    {
        if (state.Group?.Name == groupName)
        {
            return;
        }

        if (state.Group is { } before)
        {
            before.Backends.Remove(state);
            DropIfEmpty(log, before);
        }

        state.Group = groupName is null ? null : GroupOf(log, groupName);
        state.Group?.Backends.Add(state);
    }

    private static EndpointGroup GroupOf(LogState log, string name)
    {
        if (!log.Groups.TryGetValue(name, out var group))
        {
            group = new EndpointGroup(name);
            log.Groups[name] = group;
        }

        return group;
    }

    private static void DropIfEmpty(LogState log, EndpointGroup group)
    {
        if (group.IsEmpty)
        {
            log.Groups.Remove(group.Name);
        }
    }

    private static void DropIfUnused(LogState log, BackendState state)
    {
        if (state is { Uses: 0, IsInLog: false })
        {
            log.Backends.Remove(state.Key);
        }
    }
}
