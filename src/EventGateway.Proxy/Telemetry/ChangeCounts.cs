using EventGateway.Core.Image;
using EventGateway.Core.Model;

namespace EventGateway.Proxy.Telemetry;

/// <summary>What changes of one kind of entity.</summary>
/// <param name="Kind">As in keys: <c>route</c>.</param>
internal readonly record struct ChangeCounts(string Kind, int Added, int Changed, int Removed)
{
    public const string Feature = "feature";
    public const string Unknown = "unknown";

    /// <summary>All kinds, touched or not. In O(changes).</summary>
    public static ChangeCounts[] Of(ConfigDelta delta) =>
    [
        Of("route", delta.Routes, delta.From),
        Of("backend", delta.Backends, delta.From),
        Of("endpoints", delta.Endpoints, delta.From),
        Of("certificate", delta.Certificates, delta.From),
        Of("listener", delta.Listeners, delta.From),
        Of(Feature, delta.Features, delta.From),
        Of(Unknown, delta.Unknown, delta.From),
    ];

    private static ChangeCounts Of<T>(string kind, KindDelta<T>? delta, ConfigImage from)
        where T : Entity
    {
        if (delta is null)
        {
            return new ChangeCounts(kind, 0, 0, 0);
        }

        var (added, changed) = (0, 0);
        foreach (var entry in delta.Changed)
        {
            if (from.Find(entry.Entity.Key) is not null)
            {
                changed++;
            }
            else
            {
                added++;
            }
        }

        return new ChangeCounts(kind, added, changed, delta.Count - added - changed);
    }
}
