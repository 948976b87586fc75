namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>Who asked for what, in order, so that tests can hold clients to bounds and to their rights. Any thread may ask.</summary>
public sealed class RequestLog
{
    private readonly Lock _gate = new();
    private readonly List<ApiRequest> _requests = [];

    public IReadOnlyList<ApiRequest> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    public int Count(Func<ApiRequest, bool>? which = null)
    {
        lock (_gate)
        {
            return which is null ? _requests.Count : _requests.Count(which);
        }
    }

    public int Count(string verb, string resource) => Count(r => r.Verb == verb && r.Resource == resource);

    public void Clear()
    {
        lock (_gate)
        {
            _requests.Clear();
        }
    }

    internal void Add(ApiRequest request)
    {
        lock (_gate)
        {
            _requests.Add(request);
        }
    }
}
