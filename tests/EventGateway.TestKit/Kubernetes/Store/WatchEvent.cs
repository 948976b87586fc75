namespace EventGateway.TestKit.Kubernetes.Store;

/// <summary>A line of a watch.</summary>
/// <param name="Type">ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.</param>
internal sealed record WatchEvent(string Type, ReadOnlyMemory<byte> Object, long Revision);
