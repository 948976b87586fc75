using EventGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>
/// The endpoint that would have the fewest requests in flight for its weight. While the one whose turn it is has none at all it is taken: a backend
/// that has little to do is used by weight, not always from its heaviest or first endpoint on. In a pool of more than <see cref="ScanLimit"/>
/// endpoints the better of two is taken, one by turn and one by chance: looking at all of them would cost more than it gains (the longest queue
/// of such a choice is known to stay close to that of the full one: Mitzenmacher, "The power of two choices", 2001).
/// </summary>
/// <param name="previous">Whose turns go on; null: starts anywhere.</param>
internal sealed class LeastConnectionsPicker(EndpointState[] usable, IEndpointPicker? previous) : IRotatingPicker
{
    public const int ScanLimit = 64;

    private readonly EndpointSchedule _schedule = new(usable);

    public Rotation Rotation { get; } = Rotation.Of(previous);

    public EndpointState? Pick(HttpContext context, GatewayRequest request)
    {
        var turn = Rotation.Next();
        var first = _schedule.At(turn);
        var isTried = request.HasTried(first);
        if (!isTried && first.InFlight == 0)
        {
            return first;
        }

        if (usable.Length > ScanLimit && !isTried)
        {
            var second = _schedule.Any();
            if (!request.HasTried(second))
            {
                return IsLess(second, first) ? second : first;
            }
        }

        return Least(turn, request);
    }

    private EndpointState? Least(uint turn, GatewayRequest request)
    {
        EndpointState? least = null;
        var start = (int)(turn % (uint)usable.Length);
        for (var i = 0; i < usable.Length; i++)
        {
            var endpoint = usable[start + i < usable.Length ? start + i : start + i - usable.Length];
            if ((least is null || IsLess(endpoint, least)) && !request.HasTried(endpoint))
            {
                least = endpoint;
            }
        }

        return least;
    }

    // With one request more each, in whole numbers.
    private static bool IsLess(EndpointState left, EndpointState right) =>
        (left.InFlight + 1L) * right.Weight < (right.InFlight + 1L) * left.Weight;
}
