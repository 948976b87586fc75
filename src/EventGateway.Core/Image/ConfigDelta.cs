using EventGateway.Core.Log;
using EventGateway.Core.Model;

namespace EventGateway.Core.Image;

/// <summary>
/// The way from one image to the next. A kind that is not touched has no sub-delta, so that a reader skips it in O(1).
/// Written by one thread; read-only once <see cref="Apply"/> was called.
/// </summary>
public sealed class ConfigDelta
{
    private ImageHash _hash;
    private int _partlyRead;

    public ConfigDelta(ConfigImage from)
    {
        From = from;
        _hash = from.Hash;
        _partlyRead = from.PartlyReadCount;
    }

    public ConfigImage From { get; }

    /// <summary>Null or without entries: no listener is touched. The same holds for the others.</summary>
    public KindDelta<Listener>? Listeners { get; private set; }

    public KindDelta<Route>? Routes { get; private set; }

    public KindDelta<Backend>? Backends { get; private set; }

    public KindDelta<Endpoints>? Endpoints { get; private set; }

    public KindDelta<Certificate>? Certificates { get; private set; }

    public KindDelta<Feature>? Features { get; private set; }

    public KindDelta<OpaqueEntity>? Unknown { get; private set; }

    /// <summary>Number of entities that differ.</summary>
    public int Count => (Listeners?.Count ?? 0) + (Routes?.Count ?? 0) + (Backends?.Count ?? 0) + (Endpoints?.Count ?? 0)
        + (Certificates?.Count ?? 0) + (Features?.Count ?? 0) + (Unknown?.Count ?? 0);

    /// <summary>The hash the image will have.</summary>
    public ImageHash Hash => _hash;

    /// <summary>The whole of an image as one delta: what a reader gets that comes late.</summary>
    public static ConfigDelta FromEmpty(ConfigImage image) => Between(ConfigImage.Empty, image);

    /// <summary>
    /// The difference of two images that need not descend from each other, for example after a log was read anew.
    /// Entities with equal content hashes do not appear.
    /// </summary>
    public static ConfigDelta Between(ConfigImage from, ConfigImage to)
    {
        var delta = new ConfigDelta(from);
        foreach (var entry in to.Entries)
        {
            if (from.Find(entry.Entity.Key)?.Hash != entry.Hash)
            {
                delta.Put(entry);
            }
        }

        foreach (var entry in from.Entries)
        {
            if (to.Find(entry.Entity.Key) is null)
            {
                delta.Remove(entry.Entity.Key);
            }
        }

        return delta;
    }

    /// <summary>Makes an entity part of the next image, in the place of what its key held before.</summary>
    public void Put(Entity entity, ContentHash hash, RecordVersion version, Provenance provenance)
    {
        switch (entity)
        {
            case Listener e: Put(Listeners ??= new(From.Listeners), e, hash, version, provenance); break;
            case Route e: Put(Routes ??= new(From.Routes), e, hash, version, provenance); break;
            case Backend e: Put(Backends ??= new(From.Backends), e, hash, version, provenance); break;
            case Endpoints e: Put(Endpoints ??= new(From.Endpoints), e, hash, version, provenance); break;
            case Certificate e: Put(Certificates ??= new(From.Certificates), e, hash, version, provenance); break;
            case Feature e: Put(Features ??= new(From.Features), e, hash, version, provenance); break;
            case OpaqueEntity e: Put(Unknown ??= new(From.Unknown), e, hash, version, provenance); break;
            default: throw new ArgumentException($"No image holds a {entity.GetType().Name}.", nameof(entity));
        }
    }

    /// <summary>Takes an entity out of the next image; nothing happens when the key holds none.</summary>
    public void Remove(EntityKey key)
    {
        if (Find(key) is null)
        {
            return;
        }

        switch (key.Kind)
        {
            case EntityKind.Listener: Remove(Listeners ??= new(From.Listeners), key); break;
            case EntityKind.Route: Remove(Routes ??= new(From.Routes), key); break;
            case EntityKind.Backend: Remove(Backends ??= new(From.Backends), key); break;
            case EntityKind.Endpoints: Remove(Endpoints ??= new(From.Endpoints), key); break;
            case EntityKind.Certificate: Remove(Certificates ??= new(From.Certificates), key); break;
            case EntityKind.Feature: Remove(Features ??= new(From.Features), key); break;
            default: Remove(Unknown ??= new(From.Unknown), key); break;
        }
    }

    /// <summary>What the next image holds under a key.</summary>
    public IImageEntry? Find(EntityKey key) => key.Kind switch
    {
        EntityKind.Listener => Listeners is null ? From.Find(key) : Listeners.Find(key),
        EntityKind.Route => Routes is null ? From.Find(key) : Routes.Find(key),
        EntityKind.Backend => Backends is null ? From.Find(key) : Backends.Find(key),
        EntityKind.Endpoints => Endpoints is null ? From.Find(key) : Endpoints.Find(key),
        EntityKind.Certificate => Certificates is null ? From.Find(key) : Certificates.Find(key),
        EntityKind.Feature => Features is null ? From.Find(key) : Features.Find(key),
        _ => Unknown is null ? From.Find(key) : Unknown.Find(key),
    };

    /// <summary>The next image. Kinds that are not touched are the same objects as before.</summary>
    public ConfigImage Apply(LogPosition position) => new()
    {
        Position = position,
        Hash = _hash,
        PartlyReadCount = _partlyRead,
        Listeners = Listeners?.Apply() ?? From.Listeners,
        Routes = Routes?.Apply() ?? From.Routes,
        Backends = Backends?.Apply() ?? From.Backends,
        Endpoints = Endpoints?.Apply() ?? From.Endpoints,
        Certificates = Certificates?.Apply() ?? From.Certificates,
        Features = Features?.Apply() ?? From.Features,
        Unknown = Unknown?.Apply() ?? From.Unknown,
    };

    private void Put(IImageEntry entry) => Put(entry.Entity, entry.Hash, entry.Version, entry.Provenance);

    private void Put<T>(KindDelta<T> kind, T entity, ContentHash hash, RecordVersion version, Provenance provenance)
        where T : Entity
    {
        if (kind.Find(entity.Key) is { } before)
        {
            Forget(before);
        }

        _hash = _hash.Add(entity.Key, hash);
        _partlyRead += entity.BodyAsRead.IsEmpty ? 0 : 1;
        kind.Put(entity.Key, new ImageEntry<T>(entity, hash, version, provenance));
    }

    private void Remove<T>(KindDelta<T> kind, EntityKey key)
        where T : Entity
    {
        Forget(kind.Find(key)!);
        kind.Remove(key);
    }

    private void Forget(IImageEntry before)
    {
        _hash = _hash.Remove(before.Entity.Key, before.Hash);
        _partlyRead -= before.Entity.BodyAsRead.IsEmpty ? 0 : 1;
    }
}
