using System.Threading.Channels;
using EventGateway.TestKit.Kubernetes.Kinds;

namespace EventGateway.TestKit.Kubernetes.Store;

/// <summary>One watch: what it is about, and the events that its client has not got yet. All but <see cref="Events"/> want the store's lock.</summary>
internal sealed class WatchSubscription(ResourceKind view, ObjectFilter filter, bool bookmarks)
{
    private readonly Channel<WatchEvent> _events = Channel.CreateUnbounded<WatchEvent>(new UnboundedChannelOptions { SingleReader = true });

    public ChannelReader<WatchEvent> Events => _events.Reader;

    public ResourceKind View { get; } = view;

    public void Offer(StoredChange change)
    {
        var before = change.Before?.As_NeedsLock(View);
        var after = change.After?.As_NeedsLock(View);
        var (was, matches) = (before is not null && filter.Matches(before), after is not null && filter.Matches(after));
        if (matches)
        {
            Send(was ? "MODIFIED" : "ADDED", after!.Json, change.Revision);
        }
        else if (was)
        {
            Send("DELETED", before!.AtRevision_NeedsLock(change.Revision).Json, change.Revision);
        }
    }

    public void SendAll(IEnumerable<StoredObject> objects)
    {
        foreach (var o in objects.Select(o => o.As_NeedsLock(View)).Where(filter.Matches))
        {
            Send("ADDED", o.Json, o.Revision);
        }
    }

    /// <summary>Tells up to where the client has seen all. Nothing happens when it did not ask for bookmarks.</summary>
    public void SendBookmark(long revision, bool endsInitialEvents = false)
    {
        if (bookmarks)
        {
            Send("BOOKMARK", BookmarkJson.Of(View, revision, endsInitialEvents), revision);
        }
    }

    /// <summary>No more events: the client sees the end of the answer once it has got those that are there.</summary>
    public void End() => _events.Writer.TryComplete();

    public void Send(string type, ReadOnlyMemory<byte> o, long revision) => _events.Writer.TryWrite(new WatchEvent(type, o, revision));
}
