using System.Text;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// The request's path as the client wrote it, beside the decoded path that routes are matched against. Upstreams get the client's own
/// bytes. The exception is a path with dot segments: what was matched is the path without them, so that is what is sent on.
/// </summary>
internal readonly struct RawPath
{
    private readonly string _decoded;

    private RawPath(string encoded, string query, string decoded, bool isAsReceived)
    {
        Encoded = encoded;
        Query = query;
        _decoded = decoded;
        IsAsReceived = isAsReceived;
    }

    /// <summary>Percent-encoded, without query.</summary>
    public string Encoded { get; }

    /// <summary>As received, with its <c>?</c>; empty: none.</summary>
    public string Query { get; }

    public bool IsAsReceived { get; }

    /// <param name="target">The request target as received.</param>
    /// <param name="decoded">The path routes are matched against.</param>
    /// <param name="path">Set when the result is true.</param>
    /// <returns>False: the target has characters that must not be sent on.</returns>
    public static bool TryParse(string target, string decoded, out RawPath path)
    {
        path = default;
        if (target.AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0)
        {
            return false;
        }

        var origin = OriginForm(target);
        var mark = origin.IndexOf('?');
        var query = mark < 0 ? "" : origin[mark..].ToString();
        var encoded = mark < 0 ? origin : origin[..mark];
        var isAsReceived = encoded.SequenceEqual(decoded) || Offset(encoded, decoded, decoded.Length) == encoded.Length;
        path = isAsReceived
            ? new RawPath(encoded.Length == target.Length ? target : encoded.ToString(), query, decoded, true)
            : new RawPath(new PathString(decoded).ToUriComponent(), query, decoded, false);
        return true;
    }

    /// <summary>What follows the first characters of the decoded path, encoded.</summary>
    public ReadOnlySpan<char> Behind(int decodedLength)
    {
        if (decodedLength == 0)
        {
            return Encoded;
        }

        var offset = ReferenceEquals(Encoded, _decoded) || Encoded == _decoded ? decodedLength : Offset(Encoded, _decoded, decodedLength);
        return offset < 0 ? default : Encoded.AsSpan(offset);
    }

    // "GET http://host/path": what stands before the path was taken as the Host header.
    private static ReadOnlySpan<char> OriginForm(string target)
    {
        if (target.StartsWith('/'))
        {
            return target;
        }

        var scheme = target.IndexOf("://", StringComparison.Ordinal);
        var rest = scheme < 0 ? default : target.AsSpan(scheme + 3);
        var end = rest.IndexOfAny('/', '?');
        return end < 0 ? "/" : rest[end] == '/' ? rest[end..] : string.Concat("/", rest[end..]);
    }

    /// <summary>Where in the encoded text the first characters of the decoded one end; -1: the one is not the other decoded.</summary>
    private static int Offset(ReadOnlySpan<char> encoded, ReadOnlySpan<char> decoded, int decodedLength)
    {
        var from = 0;
        var to = 0;
        Span<byte> bytes = stackalloc byte[4];
        Span<char> chars = stackalloc char[2];
        while (to < decodedLength)
        {
            if (from == encoded.Length)
            {
                return -1;
            }

            if (encoded[from] == '%' && DecodeRune(encoded[from..], bytes, chars, out var consumed, out var written)
                && decoded[to..].StartsWith(chars[..written]))
            {
                from += consumed;
                to += written;
            }
            else if (encoded[from] == decoded[to])
            {
                from++;
                to++;
            }
            else
            {
                return -1;
            }
        }

        return to == decodedLength ? from : -1;
    }

    private static bool DecodeRune(ReadOnlySpan<char> encoded, Span<byte> bytes, Span<char> chars, out int consumed, out int written)
    {
        consumed = 0;
        written = 0;
        for (var count = 1; count <= bytes.Length && encoded.Length >= 3 * count && encoded[3 * (count - 1)] == '%'; count++)
        {
            if (!byte.TryParse(encoded.Slice((3 * count) - 2, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out bytes[count - 1]))
            {
                return false;
            }

            // A slash stays encoded: it separates nothing.
            if (count == 1 && bytes[0] == '/')
            {
                return false;
            }

            if (Rune.DecodeFromUtf8(bytes[..count], out var rune, out _) == System.Buffers.OperationStatus.Done)
            {
                consumed = 3 * count;
                written = rune.EncodeToUtf16(chars);
                return true;
            }
        }

        return false;
    }
}
