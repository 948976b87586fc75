using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>
/// A cookie of the gateway's own, set in the answer: not readable for scripts, over https for https only, and not sent along from other sites
/// (which are balanced as if they had none). It proves nothing about the client.
/// </summary>
/// <param name="MaxAge">Null: until the browser is closed.</param>
internal sealed record AnswerCookie(string Name, string Value, string Path, TimeSpan? MaxAge)
{
    public void AddTo(HttpContext context) => context.Response.Headers.Append(HeaderNames.SetCookie, new SetCookieHeaderValue(Name, Value)
    {
        Path = Path,
        MaxAge = MaxAge,
        HttpOnly = true,
        Secure = context.Request.IsHttps,
        SameSite = Microsoft.Net.Http.Headers.SameSiteMode.Lax,
    }.ToString());
}
