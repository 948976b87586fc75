namespace EventGateway.Sources.Kubernetes.Watch;

internal enum WatchEventType
{
    /// <summary>A type that a newer API server may send: nothing that is known here.</summary>
    Other = 0,
    Added = 1,
    Modified = 2,
    Deleted = 3,
    Bookmark = 4,
    Error = 5,
}
