using System.Collections.Concurrent;

namespace EventGateway.Proxy.Routing;

/// <summary>
/// A node of the tree of path segments. <c>/a/</c> has two segments, <c>a</c> and an empty one, so that it differs from <c>/a</c>.
/// Few children are an array that is copied when it changes, many a dictionary. One writer, any number of readers.
/// </summary>
internal sealed class PathNode(string segment)
{
    private const int MaxArrayLength = 16;

    private volatile object? _children;
    private volatile PathSlot? _exact;
    private volatile PathSlot? _prefix;

    public string Segment { get; } = segment;

    public PathSlot? Exact
    {
        get => _exact;
        set => _exact = value;
    }

    public PathSlot? Prefix
    {
        get => _prefix;
        set => _prefix = value;
    }

    public bool IsEmpty => _exact is null && _prefix is null && _children switch
    {
        null => true,
        PathNode[] few => few.Length == 0,
        ConcurrentDictionary<string, PathNode> many => many.IsEmpty,
        _ => false,
    };

    public PathNode? Child(ReadOnlySpan<char> segment)
    {
        var children = _children;
        if (children is PathNode[] few)
        {
            foreach (var child in few)
            {
                if (segment.SequenceEqual(child.Segment))
                {
                    return child;
                }
            }

            return null;
        }

        return children is ConcurrentDictionary<string, PathNode> many
            && many.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(segment, out var found) ? found : null;
    }

    public PathNode GetOrAddChild(ReadOnlySpan<char> segment)
    {
        if (Child(segment) is { } existing)
        {
            return existing;
        }

        var added = new PathNode(segment.ToString());
        switch (_children)
        {
            case ConcurrentDictionary<string, PathNode> many:
                many[added.Segment] = added;
                break;
            case PathNode[] { Length: >= MaxArrayLength } full:
                var dictionary = new ConcurrentDictionary<string, PathNode>(1, 2 * MaxArrayLength, StringComparer.Ordinal);
                foreach (var child in full)
                {
                    dictionary[child.Segment] = child;
                }

                dictionary[added.Segment] = added;
                _children = dictionary;
                break;
            case PathNode[] few:
                _children = (PathNode[])[.. few, added];
                break;
            default:
                _children = (PathNode[])[added];
                break;
        }

        return added;
    }

    public void RemoveChild(PathNode child)
    {
        switch (_children)
        {
            case ConcurrentDictionary<string, PathNode> many:
                many.TryRemove(child.Segment, out _);
                break;
            case PathNode[] { Length: 1 }:
                _children = null;
                break;
            case PathNode[] few:
                _children = few.Where(c => !ReferenceEquals(c, child)).ToArray();
                break;
        }
    }
}
