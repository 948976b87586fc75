namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>What the owner of the objects remembers of one reflector. Used by one thread.</summary>
internal sealed class FollowedScope(Reflector reflector, CancellationTokenSource stop)
{
    private const int MostGone = 20_000;

    private readonly Dictionary<(string Namespace, string Name), ResourceVersion> _gone = [];
    private readonly Queue<(string Namespace, string Name)> _goneInOrder = new();

    private bool _wasDenied;

    public Reflector Reflector { get; } = reflector;

    public CancellationTokenSource Stop { get; } = stop;

    public Task Running { get; set; } = Task.CompletedTask;

    public bool IsListed => !ListedAt.IsNone;

    /// <summary>Version of the last list: what happened until then is in it.</summary>
    public ResourceVersion ListedAt { get; private set; } = ResourceVersion.None;

    /// <summary>Whether it is known what can be known: it was listed, or the API server says that it may not be, or is not there.</summary>
    public bool IsSettled => IsListed || IsDenied;

    /// <summary>Whether the API server has said that there is no list to be had. A later fault of the way there does not take that back; a list does.</summary>
    public bool IsDenied
    {
        get
        {
            _wasDenied |= Reflector.Fault is ApiFault.Forbidden or ApiFault.KindMissing or ApiFault.NotFound;
            return _wasDenied && !IsListed;
        }
    }

    public void TakeList(ResourceVersion version)
    {
        ListedAt = version;
        _gone.Clear();
        _goneInOrder.Clear();
    }

    /// <summary>Whether an event is old news: a list, or the object's end, is later.</summary>
    public bool IsLate(string @namespace, string name, ResourceVersion version) =>
        version.IsCoveredBy(ListedAt) || (_gone.TryGetValue((@namespace, name), out var end) && version.IsCoveredBy(end));

    /// <summary>Remembers the end of an object, so that news from before it does not bring it back.</summary>
    public void TakeEnd(string @namespace, string name, ResourceVersion version)
    {
        if (!_gone.ContainsKey((@namespace, name)))
        {
            _goneInOrder.Enqueue((@namespace, name));
        }

        _gone[(@namespace, name)] = version;
        while (_goneInOrder.Count > MostGone)
        {
            _gone.Remove(_goneInOrder.Dequeue());
        }
    }
}
