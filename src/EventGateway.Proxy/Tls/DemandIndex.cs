using System.Collections.Concurrent;
using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Tls;

/// <summary>
/// Demands by the names they are for: <c>a.x</c>, <c>*.x</c> (one label), <c>**.x</c> (one or more) and <c>*</c> (all). Lookups take no
/// lock; whoever writes holds one.
/// </summary>
internal sealed class DemandIndex
{
    private const string All = "*";

    /// <summary>Longest DNS name in text form (RFC 1035, section 2.3.4).</summary>
    private const int MaxNameLength = 253;

    private readonly ConcurrentDictionary<string, ClientDemand[]> _byPattern = new(1, 31, StringComparer.OrdinalIgnoreCase);
    private volatile bool _isEmpty = true;

    public bool IsEmpty => _isEmpty;

    public void Add(ClientDemand demand)
    {
        foreach (var pattern in PatternsOf(demand.Entity))
        {
            ClientDemand[] all = [.. _byPattern.GetValueOrDefault(pattern, []), demand];
            Array.Sort(all, ClientDemand.Compare);
            _byPattern[pattern] = all;
        }

        _isEmpty = false;
    }

    public void Remove(ClientDemand demand)
    {
        foreach (var pattern in PatternsOf(demand.Entity))
        {
            ClientDemand[] rest = [.. _byPattern.GetValueOrDefault(pattern, []).Where(d => !ReferenceEquals(d, demand))];
            if (rest.Length == 0)
            {
                _byPattern.TryRemove(pattern, out _);
            }
            else
            {
                _byPattern[pattern] = rest;
            }
        }

        _isEmpty = _byPattern.IsEmpty;
    }

    /// <summary>The most specific demand of one log for a name; null: it makes none.</summary>
    public ClientDemand? Of(LogName log, ReadOnlySpan<char> name) => Named(name, log) ?? Any(log);

    /// <summary>The demand that is in force for a name.</summary>
    public ClientDemand? InForce(ReadOnlySpan<char> name, NameMatch served)
    {
        if (served.Owner is { } owner)
        {
            return Of(owner, name);
        }

        return Named(name, null) ?? (served.Host is { } host ? Any(host) : null);
    }

    private static IEnumerable<string> PatternsOf(Listener listener) => listener.Hosts.IsDefaultOrEmpty
        ? [All]
        : listener.Hosts.Select(h => h.Type switch
        {
            HostMatchType.Exact => h.Name,
            HostMatchType.OneLabel => $"*.{h.Name}",
            _ => $"**.{h.Name}",
        }).Distinct(StringComparer.OrdinalIgnoreCase);

    private ClientDemand? Any(LogName log) => _byPattern.TryGetValue(All, out var all) ? First(all, log) : null;

    private ClientDemand? Named(ReadOnlySpan<char> name, LogName? log)
    {
        name = name.EndsWith('.') ? name[..^1] : name;
        if (name.Length is 0 or > MaxNameLength)
        {
            return null;
        }

        var lookup = _byPattern.GetAlternateLookup<ReadOnlySpan<char>>();
        if (name is not All && lookup.TryGetValue(name, out var exact) && First(exact, log) is { } byName)
        {
            return byName;
        }

        Span<char> pattern = stackalloc char[name.Length + 2];
        pattern[0] = '*';
        pattern[1] = '*';
        for (var dot = name.IndexOf('.'); dot > 0;)
        {
            var rest = name[dot..];
            rest.CopyTo(pattern[2..]);
            var isFirst = dot == name.IndexOf('.');
            if (isFirst && lookup.TryGetValue(pattern.Slice(1, rest.Length + 1), out var oneLabel) && First(oneLabel, log) is { } byLabel)
            {
                return byLabel;
            }

            if (lookup.TryGetValue(pattern[..(rest.Length + 2)], out var suffix) && First(suffix, log) is { } bySuffix)
            {
                return bySuffix;
            }

            var next = rest[1..].IndexOf('.');
            dot = next < 0 ? -1 : dot + 1 + next;
        }

        return null;
    }

    private static ClientDemand? First(ClientDemand[] all, LogName? log)
    {
        foreach (var demand in all)
        {
            if (log is null || demand.Log == log)
            {
                return demand;
            }
        }

        return null;
    }
}
