using EventGateway.Core.Model;
using EventGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>
/// The same endpoint for the same key, in every proxy. A request without a key is dealt out by turns. Where the key's endpoint was tried already, or has
/// more in flight than its bound, the request goes where all of the key's requests would if that endpoint were not there.
/// </summary>
internal sealed class ConsistentHashPicker : IRotatingPicker
{
    // Made here, not on first use in the middle of a request.
    private static readonly Func<EndpointState, (GatewayRequest Request, double Bound), bool> IsFree = static (e, s) => !s.Request.HasTried(e) && HasRoom(e, s.Bound);
    private static readonly Func<EndpointState, GatewayRequest, bool> IsUntried = static (e, request) => !request.HasTried(e);

    private readonly EndpointState[] _usable;
    private readonly HashKeyReader _key;
    private readonly HashKeyReader? _fallback;
    private readonly SlotTable _table;
    private readonly RoundRobinPicker _keyless;
    private readonly double _bound;
    private readonly double _weights;

    /// <param name="previous">Whose slots and turns are carried over; null: none.</param>
    public ConsistentHashPicker(ConsistentHash hash, EndpointState[] usable, IEndpointPicker? previous)
    {
        _usable = usable;
        _key = new HashKeyReader(hash.Key, hash.CookiePath);
        _fallback = hash.Fallback is { } fallback ? new HashKeyReader(fallback, hash.CookiePath) : null;
        _table = SlotTable.Of(usable, hash.Slots, (previous as ConsistentHashPicker)?._table);
        _keyless = new RoundRobinPicker(usable, previous);
        _bound = hash.BoundPercent / 100.0;
        _weights = usable.Sum(e => (double)Math.Max(1, e.Weight));
    }

    public Rotation Rotation => _keyless.Rotation;

    public EndpointState? Pick(HttpContext context, GatewayRequest request)
    {
        if (!_key.TryHash(context, request, out var hash) && !(_fallback?.TryHash(context, request, out hash) ?? false))
        {
            return _keyless.Pick(context, request);
        }

        var slot = _table.SlotOf(hash);
        var owner = _table.OwnerOf(slot);
        if (_bound == 0 || owner.InFlight == 0)
        {
            return request.HasTried(owner) ? Another(slot, request, double.PositiveInfinity) : owner;
        }

        var bound = BoundPerWeight();
        return !request.HasTried(owner) && HasRoom(owner, bound) ? owner : Another(slot, request, bound);
    }

    private EndpointState? Another(int slot, GatewayRequest request, double bound) =>
        _table.OwnerAmong(slot, IsFree, (request, bound)) ?? _table.OwnerAmong(slot, IsUntried, request);

    private double BoundPerWeight()
    {
        var inFlight = 1L;
        foreach (var endpoint in _usable)
        {
            inFlight += endpoint.InFlight;
        }

        return _bound * inFlight / _weights;
    }

    private static bool HasRoom(EndpointState endpoint, double boundPerWeight) => endpoint.InFlight < Math.Ceiling(boundPerWeight * endpoint.Weight);
}
