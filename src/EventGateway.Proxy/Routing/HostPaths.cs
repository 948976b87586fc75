using EventGateway.Core.Model;

namespace EventGateway.Proxy.Routing;

/// <summary>All paths of one host pattern.</summary>
internal sealed class HostPaths(HostMatch? host)
{
    private readonly PathNode _root = new("");
    private volatile TextIndex? _texts;

    /// <summary>Null: any host.</summary>
    public HostMatch? Host { get; } = host;

    public bool IsEmpty => _root.IsEmpty && _texts is null;

    public void Find(string path, ref BestMatch best)
    {
        var node = _root;
        var position = 0;
        best.Consider(node.Prefix, 0);
        while (true)
        {
            var rest = path.AsSpan(position + 1);
            var slash = rest.IndexOf('/');
            var segment = slash < 0 ? rest : rest[..slash];
            if (node.Child(segment) is not { } child)
            {
                break;
            }

            node = child;
            position += 1 + segment.Length;
            best.Consider(node.Prefix, position);
            if (slash < 0)
            {
                best.Consider(node.Exact, position);
                break;
            }
        }

        _texts?.Find(path, ref best);
    }

    public PathSlot? FindSlot(PathMatch path)
    {
        if (path.Type is PathMatchType.StartsWith or PathMatchType.Regex)
        {
            return _texts?.Find(path);
        }

        var node = _root;
        foreach (var segment in SegmentsOf(path))
        {
            if (node.Child(segment) is not { } child)
            {
                return null;
            }

            node = child;
        }

        return path.Type == PathMatchType.Exact ? node.Exact : node.Prefix;
    }

    public PathSlot GetOrAddSlot(RouteCandidate candidate)
    {
        var path = candidate.Path;
        if (path.Type is PathMatchType.StartsWith or PathMatchType.Regex)
        {
            return (_texts ??= new TextIndex()).GetOrAdd(Host, candidate);
        }

        var node = _root;
        foreach (var segment in SegmentsOf(path))
        {
            node = node.GetOrAddChild(segment);
        }

        return path.Type == PathMatchType.Exact
            ? node.Exact ??= new PathSlot(Host, path, null)
            : node.Prefix ??= new PathSlot(Host, path, null);
    }

    /// <summary>Takes an empty slot out, and the nodes that led to nothing else.</summary>
    public void Remove(PathSlot slot)
    {
        if (slot.Path.Type is PathMatchType.StartsWith or PathMatchType.Regex)
        {
            _texts?.Remove(slot);
            if (_texts is { IsEmpty: true })
            {
                _texts = null;
            }

            return;
        }

        var way = new List<PathNode> { _root };
        foreach (var segment in SegmentsOf(slot.Path))
        {
            if (way[^1].Child(segment) is not { } child)
            {
                return;
            }

            way.Add(child);
        }

        if (slot.Path.Type == PathMatchType.Exact)
        {
            way[^1].Exact = null;
        }
        else
        {
            way[^1].Prefix = null;
        }

        for (var i = way.Count - 1; i > 0 && way[i].IsEmpty; i--)
        {
            way[i - 1].RemoveChild(way[i]);
        }
    }

    // "/" as a prefix has no segment; as an exact path it has one, which is empty.
    private static PathSegments SegmentsOf(PathMatch path)
    {
        var text = path.Value.AsSpan();
        return new PathSegments(path.Type == PathMatchType.Prefix && text[^1] == '/' ? text[..^1] : text);
    }
}
