using EventGateway.Core.Model;
using EventGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>
/// Keeps a client at the endpoint its cookie names, also at one whose weight was set to 0 and that gets no new clients. A client without a
/// cookie, or whose endpoint is gone, leaving, unhealthy or was tried already, goes where another picker sends it, and is given a cookie for that.
/// </summary>
internal sealed class StickyPicker : IEndpointPicker
{
    private readonly StickyCookie _cookie;
    private readonly EndpointTokens _tokens;
    private readonly Dictionary<string, EndpointState>.AlternateLookup<ReadOnlySpan<char>> _byToken;

    /// <param name="inner">Chooses for clients that are new.</param>
    /// <param name="drained">Those of weight 0.</param>
    public StickyPicker(StickyCookie cookie, IEndpointPicker inner, EndpointState[] usable, EndpointState[] drained, EndpointTokens tokens)
    {
        _cookie = cookie;
        _tokens = tokens;
        Inner = inner;
        var byToken = new Dictionary<string, EndpointState>(usable.Length + drained.Length, StringComparer.Ordinal);
        foreach (var endpoint in drained.Concat(usable))
        {
            foreach (var token in tokens.Of(endpoint))
            {
                byToken[token] = endpoint;
            }
        }

        _byToken = byToken.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public IEndpointPicker Inner { get; }

    public EndpointState? Pick(HttpContext context, GatewayRequest request)
    {
        request.StickyCookie = null;
        // A browser sends all cookies of a name, for example those of several paths.
        foreach (var value in new CookieValues(context.Request.Headers.Cookie, _cookie.Name))
        {
            if (_byToken.TryGetValue(value, out var known) && CanTake(known) && !request.HasTried(known))
            {
                var token = _tokens.Of(known)[0];
                request.StickyCookie = value.SequenceEqual(token) ? null : CookieOf(token);
                return known;
            }
        }

        if (Inner.Pick(context, request) is not { } endpoint)
        {
            return null;
        }

        request.StickyCookie = CookieOf(_tokens.Of(endpoint)[0]);
        return endpoint;
    }

    // Of the usable ones the pool has said so; those of weight 0 are in no pool, and a health that turned makes no new one.
    private static bool CanTake(EndpointState endpoint) => endpoint.IsHealthy || endpoint.Weight > 0;

    private AnswerCookie CookieOf(string token) => new(_cookie.Name, token, _cookie.Path, _cookie.MaxAge);
}
