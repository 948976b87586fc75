namespace EventGateway.Proxy.Routing;

/// <summary>The segments of a path, each without its leading <c>/</c>. An empty text has none.</summary>
internal ref struct PathSegments(ReadOnlySpan<char> path)
{
    private ReadOnlySpan<char> _rest = path;

    public ReadOnlySpan<char> Current { get; private set; }

    public readonly PathSegments GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var segment = _rest[1..];
        var slash = segment.IndexOf('/');
        Current = slash < 0 ? segment : segment[..slash];
        _rest = slash < 0 ? default : segment[slash..];
        return true;
    }
}
