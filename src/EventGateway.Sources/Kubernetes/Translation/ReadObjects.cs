namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>
/// What objects of one kind were read as, from pass to pass: the same instance as long as the object is the same. Reads only what is
/// asked for, and forgets what a pass did not ask for. Used by one thread.
/// </summary>
internal sealed class ReadObjects<T>(Func<SourceObject, T> read)
    where T : class
{
    private Dictionary<string, (SourceObject Object, T Read)> _known = new(StringComparer.Ordinal);
    private Dictionary<string, (SourceObject Object, T Read)> _asked = new(StringComparer.Ordinal);

    public void Begin()
    {
        (_known, _asked) = (_asked, _known);
        _asked.Clear();
    }

    /// <summary>Null: there is no such object.</summary>
    public T? Get(NamespacePass pass, Dictionary<string, int> places, string name)
    {
        if (!places.TryGetValue(name, out var place))
        {
            return null;
        }

        if (_asked.TryGetValue(name, out var asked))
        {
            return asked.Read;
        }

        var item = pass[place];
        var entry = _known.TryGetValue(name, out var known) && ReferenceEquals(known.Object, item) ? known : (item, read(item));
        _asked.Add(name, entry);
        return entry.Item2;
    }

    /// <summary>What this pass has asked for and found.</summary>
    public T? Asked(string name) => _asked.TryGetValue(name, out var entry) ? entry.Read : null;
}
