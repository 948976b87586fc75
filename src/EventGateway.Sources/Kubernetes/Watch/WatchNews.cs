using System.Collections.Immutable;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>What a reflector has to tell the owner of the objects.</summary>
internal abstract record WatchNews(Reflector From)
{
    /// <summary>Everything there is in its scope: what is not in it is gone.</summary>
    internal sealed record Listed(Reflector From, ImmutableArray<DecodedObject> Items, ResourceVersion Version) : WatchNews(From);

    /// <param name="At">Timestamp of its arrival.</param>
    internal sealed record Changed(Reflector From, WatchEventType Type, DecodedObject Object, long At) : WatchNews(From);

    /// <summary>What it cannot say, or that it can again.</summary>
    internal sealed record Health(Reflector From) : WatchNews(From);
}
