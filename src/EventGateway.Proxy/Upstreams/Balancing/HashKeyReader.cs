using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using EventGateway.Core.Model;
using EventGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>
/// Finds in a request what a <see cref="HashKey"/> names, and hashes it. What is empty counts as missing. Several values of a header count as one list,
/// whether they came on one line or on several; of a query parameter or cookie the first one counts.
/// </summary>
/// <param name="cookiePath">Path of a cookie that is made because it is missing.</param>
internal sealed class HashKeyReader(HashKey key, string cookiePath)
{
    private const int MadeBytes = 16;

    public HashKey Key { get; } = key;

    /// <returns>False: the request has no such key.</returns>
    public bool TryHash(HttpContext context, GatewayRequest request, out ulong hash)
    {
        hash = 0;
        return Key.Source switch
        {
            HashSource.Ip => TryHashAddress(context.Connection.RemoteIpAddress, out hash),
            HashSource.Header => TryHashText(HeaderOf(context), out hash),
            HashSource.Cookie => TryHashText(CookieOf(context, request), out hash),
            HashSource.Path => TryHashText(context.Request.Path.Value, out hash),
            HashSource.Query => TryHashText(QueryOf(context), out hash),
            HashSource.UriCapture => TryHashText(CaptureOf(context, request), out hash),
            _ => false,
        };
    }

    // An IPv4 client of a dual-stack socket is the same client.
    private static bool TryHashAddress(IPAddress? address, out ulong hash)
    {
        hash = 0;
        Span<byte> bytes = stackalloc byte[16];
        if (address is null || !address.TryWriteBytes(bytes, out var count))
        {
            return false;
        }

        hash = System.IO.Hashing.XxHash3.HashToUInt64(address.IsIPv4MappedToIPv6 ? bytes[12..] : bytes[..count]);
        return true;
    }

    private static bool TryHashText(ReadOnlySpan<char> text, out ulong hash)
    {
        hash = text.IsEmpty ? 0 : SlotTable.HashOf(text);
        return !text.IsEmpty;
    }

    private string? HeaderOf(HttpContext context)
    {
        var values = context.Request.Headers[Key.Name];
        return values.Count <= 1 ? values.ToString().Trim() : string.Join(", ", values.Where(v => !string.IsNullOrWhiteSpace(v)).Select(v => v!.Trim()));
    }

    private ReadOnlySpan<char> CookieOf(HttpContext context, GatewayRequest request)
    {
        foreach (var value in new CookieValues(context.Request.Headers.Cookie, Key.Name))
        {
            return value;
        }

        // A further attempt at the same request keeps the one that was made.
        request.HashCookie ??= new AnswerCookie(Key.Name, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(MadeBytes)), cookiePath, null);
        return request.HashCookie.Value;
    }

    private ReadOnlySpan<char> QueryOf(HttpContext context)
    {
        foreach (var pair in new QueryStringEnumerable(context.Request.QueryString.Value))
        {
            if (pair.DecodeName().Span.SequenceEqual(Key.Name))
            {
                return pair.DecodeValue().Span;
            }
        }

        return default;
    }

    private ReadOnlySpan<char> CaptureOf(HttpContext context, GatewayRequest request)
    {
        if (!request.Hit.IsMatch || request.Hit.Expression is not { } expression)
        {
            return default;
        }

        return expression.Match(context.Request.Path.Value ?? "").Groups[Key.Name].ValueSpan;
    }
}
