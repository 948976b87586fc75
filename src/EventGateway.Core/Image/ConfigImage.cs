using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Core.Image;

/// <summary>The immutable state one log adds up to, at a commit.</summary>
public sealed class ConfigImage
{
    public static readonly ConfigImage Empty = new();

    public LogPosition Position { get; internal init; } = LogPosition.None;

    /// <summary>Order-independent hash of all entities, those of unknown kinds too.</summary>
    public ImageHash Hash { get; internal init; }

    /// <summary>How many entities hold fields that this build does not know.</summary>
    public int PartlyReadCount { get; internal init; }

    public KindImage<Listener> Listeners { get; internal init; } = KindImage<Listener>.Empty;

    public KindImage<Route> Routes { get; internal init; } = KindImage<Route>.Empty;

    public KindImage<Backend> Backends { get; internal init; } = KindImage<Backend>.Empty;

    public KindImage<Endpoints> Endpoints { get; internal init; } = KindImage<Endpoints>.Empty;

    public KindImage<Certificate> Certificates { get; internal init; } = KindImage<Certificate>.Empty;

    public KindImage<Feature> Features { get; internal init; } = KindImage<Feature>.Empty;

    /// <summary>Records of kinds this build does not know: kept as written, hashed, counted, not used.</summary>
    public KindImage<OpaqueEntity> Unknown { get; internal init; } = KindImage<OpaqueEntity>.Empty;

    public int Count => Listeners.Count + Routes.Count + Backends.Count + Endpoints.Count + Certificates.Count + Features.Count + Unknown.Count;

    /// <summary>Every entity of every kind, in no particular order.</summary>
    public IEnumerable<IImageEntry> Entries =>
        Certificates.Cast<IImageEntry>().Concat(Endpoints).Concat(Backends).Concat(Listeners).Concat(Routes).Concat(Features).Concat(Unknown);

    public IImageEntry? Find(EntityKey key) => key.Kind switch
    {
        EntityKind.Listener => Listeners.Entries.GetValueOrDefault(key),
        EntityKind.Route => Routes.Entries.GetValueOrDefault(key),
        EntityKind.Backend => Backends.Entries.GetValueOrDefault(key),
        EntityKind.Endpoints => Endpoints.Entries.GetValueOrDefault(key),
        EntityKind.Certificate => Certificates.Entries.GetValueOrDefault(key),
        EntityKind.Feature => Features.Entries.GetValueOrDefault(key),
        _ => Unknown.Entries.GetValueOrDefault(key),
    };
}
