using EventGateway.TestKit.Kubernetes.Faults;
using EventGateway.TestKit.Kubernetes.Kinds;
using EventGateway.TestKit.Kubernetes.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>Watches: headers at once, then a line for each event until the time is up or the client goes.</summary>
internal sealed class WatchAnswer(ObjectStore store, ApiServerOptions options, ApiFaults faults)
{
    public async Task ServeAsync(HttpContext context, ApiRequest request, ResourceKind kind, ObjectFilter filter, ApiQuery query)
    {
        Check(query);
        var subscription = new WatchSubscription(kind, filter, query.AllowWatchBookmarks);
        var from = query.Revision(kind);
        lock (store.Gate)
        {
            Start_NeedsLock(subscription, from, query);
        }

        await using var bookmarks = options.Time.CreateTimer(_ => Bookmark(subscription), null, options.BookmarkInterval, options.BookmarkInterval);
        using var timeout = new CancellationTokenSource(query.Timeout ?? options.WatchDuration, options.Time);
        await using var ended = timeout.Token.Register(subscription.End);
        try
        {
            context.Response.StatusCode = 200;
            context.Response.ContentType = "application/json;stream=watch";
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await context.Response.StartAsync(context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await faults.Watch(request, context).SendAllAsync(subscription.Events);
        }
        finally
        {
            lock (store.Gate)
            {
                store.Of_NeedsLock(kind).Remove(subscription);
            }
        }
    }

    private void Start_NeedsLock(WatchSubscription subscription, long? from, ApiQuery query)
    {
        var objects = store.Of_NeedsLock(subscription.View);
        var initial = query.SendInitialEvents ?? from is null or 0;
        if (from > store.Revision_NeedsLock && query.ResourceVersionMatch == "NotOlderThan")
        {
            throw ApiFault.TooLarge(from.Value, store.Revision_NeedsLock);
        }

        if (initial)
        {
            subscription.SendAll(objects.Objects.Values);
            if (query.SendInitialEvents == true)
            {
                subscription.SendBookmark(store.Revision_NeedsLock, endsInitialEvents: true);
            }
        }
        else if (from is > 0 && from < objects.Forgotten)
        {
            Expire(subscription, from.Value, objects.Forgotten);
        }
        else if (from is > 0)
        {
            foreach (var change in objects.ChangesAfter(from.Value))
            {
                subscription.Offer(change);
            }
        }

        objects.Add(subscription);
    }

    private void Expire(WatchSubscription subscription, long from, long forgotten)
    {
        var fault = ApiFault.Expired($"too old resource version: {from} ({forgotten})");
        if (!options.ExpiredAsEvent)
        {
            throw fault;
        }

        subscription.Send("ERROR", StoredObject.Bytes(fault.ToStatus()), from);
        subscription.End();
    }

    private void Bookmark(WatchSubscription subscription)
    {
        lock (store.Gate)
        {
            subscription.SendBookmark(store.Revision_NeedsLock);
        }
    }

    private static void Check(ApiQuery query)
    {
        if (query.SendInitialEvents is not null && query.ResourceVersionMatch != "NotOlderThan")
        {
            throw ApiFault.Invalid(ListAnswer.ListOptions, "", [FieldFault.Forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")]);
        }

        if (query.SendInitialEvents is null && query.ResourceVersionMatch.Length > 0)
        {
            throw ApiFault.Invalid(ListAnswer.ListOptions, "", [FieldFault.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")]);
        }
    }
}
