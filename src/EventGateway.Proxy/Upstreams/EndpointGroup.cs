using EventGateway.Core.Model;

namespace EventGateway.Proxy.Upstreams;

/// <summary>All endpoints entities of one group, and the backends that draw on them.</summary>
internal sealed class EndpointGroup(string name)
{
    private readonly List<Endpoints> _slices = [];

    public string Name { get; } = name;

    public List<BackendState> Backends { get; } = [];

    /// <summary>Ordered by key, so that all proxies number the endpoints alike.</summary>
    public IReadOnlyList<Endpoints> Slices => _slices;

    public bool IsEmpty => _slices.Count == 0 && Backends.Count == 0;

    public void Put(Endpoints slice)
    {
        var index = IndexOf(slice.Key);
        if (index >= 0)
        {
            _slices[index] = slice;
        }
        else
        {
            _slices.Insert(~index, slice);
        }
    }

    public void Remove(EntityKey key)
    {
        var index = IndexOf(key);
        if (index >= 0)
        {
            _slices.RemoveAt(index);
        }
    }

    private int IndexOf(EntityKey key)
    {
        var low = 0;
        var high = _slices.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = _slices[middle].Key.CompareTo(key);
            if (order == 0)
            {
                return middle;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return ~low;
    }
}
