using EventGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>
/// The better of two endpoints, one by turn and one by chance, both by weight. The better one costs less: its latency (<see cref="LatencyAverage"/>)
/// times the requests it would have in flight, by its weight. An idle one that is not noticeably the slower is taken for its turn alone, so that weights
/// hold and equals share alike when there is little to do. An endpoint of which nothing is known yet counts as fast as the other: a new one gets its share
/// at once, and is not flooded.
/// </summary>
internal sealed class LatencyPicker : IRotatingPicker
{
    // Less than that many times another's latency is no reason to leave an idle endpoint out.
    private const float Noticeable = 1.25f;

    private const int Draws = 4;

    private readonly EndpointState[] _usable;
    private readonly EndpointSchedule _schedule;
    private readonly TimeProvider _time;

    public LatencyPicker(EndpointState[] usable, IEndpointPicker? previous, TimeProvider time)
    {
        _usable = usable;
        _schedule = new EndpointSchedule(usable);
        _time = time;
        Rotation = Rotation.Of(previous);
        foreach (var endpoint in usable)
        {
            endpoint.Latency ??= new LatencyAverage();
        }
    }

    public Rotation Rotation { get; }

    public EndpointState? Pick(HttpContext context, GatewayRequest request)
    {
        var turn = Rotation.Next();
        var first = _schedule.At(turn);
        if (request.HasTried(first))
        {
            if (_schedule.UntriedAfter(turn, request) is not { } untried)
            {
                return null;
            }

            first = untried;
        }

        return Other(first, turn, request) is { } second ? Better(first, second) : first;
    }

    private EndpointState? Other(EndpointState first, uint turn, GatewayRequest request)
    {
        for (var i = 0; i < Draws && _usable.Length > 2; i++)
        {
            var drawn = _schedule.Any();
            if (!ReferenceEquals(drawn, first) && !request.HasTried(drawn))
            {
                return drawn;
            }
        }

        for (var i = 0u; i < _usable.Length; i++)
        {
            var next = _usable[(turn + i) % (uint)_usable.Length];
            if (!ReferenceEquals(next, first) && !request.HasTried(next))
            {
                return next;
            }
        }

        return null;
    }

    private EndpointState Better(EndpointState first, EndpointState second)
    {
        var now = _time.GetElapsedTime(0);
        var left = first.Latency!.Read(now);
        var right = second.Latency!.Read(now);
        if (left == 0 || right == 0)
        {
            left = right = Math.Max(Math.Max(left, right), LatencyAverage.Least);
        }

        if (left <= Noticeable * right && first.InFlight == 0)
        {
            return first;
        }

        return (double)left * (first.InFlight + 1L) * second.Weight <= (double)right * (second.InFlight + 1L) * first.Weight ? first : second;
    }
}
