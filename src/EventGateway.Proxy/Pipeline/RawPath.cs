using System.Text;

namespace EventGateway.Proxy.Pipeline;

/// <summary>
/// The request's path as the client wrote it, beside the decoded path that routes are matched against. Upstreams get the client's own
/// bytes. The exception is a path with dot segments: what was matched is the path without them, so that is what is sent on, in the client's
/// own encoding. A target whose bytes do not decode, once, to what was matched is refused: the upstream would read another path than the routes did.
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
    /// <param name="received">The query as the server read it; no other string is made when it is the target's.</param>
    /// <param name="path">Set when the result is true.</param>
    /// <returns>False: the target has characters that must not be sent on, or is not what was matched.</returns>
    public static bool TryParse(string target, string decoded, string received, out RawPath path)
    {
        path = default;
        if (target.AsSpan().IndexOfAnyExceptInRange('!', '~') >= 0)
        {
            return false;
        }

        var origin = OriginForm(target);
        var mark = origin.IndexOf('?');
        var query = mark < 0 ? "" : origin[mark..].SequenceEqual(received) ? received : origin[mark..].ToString();
        var encoded = mark < 0 ? origin : origin[..mark];
        if (encoded.SequenceEqual(decoded) && !encoded.Contains('%'))
        {
            path = new RawPath(decoded, query, decoded, true);
            return true;
        }

        if (Offset(encoded, decoded, decoded.Length) == encoded.Length)
        {
            path = new RawPath(encoded.Length == target.Length ? target : encoded.ToString(), query, decoded, true);
            return true;
        }

        // Encoding the decoded path anew would not do: of "%252e" it would leave "%2e", which the upstream decodes once more.
        var plain = WithoutDotSegments(encoded);
        if (Offset(plain, decoded, decoded.Length) != plain.Length)
        {
            return false;
        }

        path = new RawPath(plain, query, decoded, false);
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

    /// <summary>RFC 3986, section 5.2.4, on the encoded text: a dot may be written <c>%2e</c>, a <c>%2F</c> separates nothing.</summary>
    private static string WithoutDotSegments(ReadOnlySpan<char> encoded)
    {
        var kept = new StringBuilder(encoded.Length);
        var starts = new Stack<int>();
        var rest = encoded;
        while (!rest.IsEmpty)
        {
            var next = rest[1..].IndexOf('/');
            var segment = next < 0 ? rest : rest[..(next + 1)];
            rest = rest[segment.Length..];
            var dots = DotsOf(segment[1..]);
            if (dots == 0)
            {
                starts.Push(kept.Length);
                kept.Append(segment);
                continue;
            }

            if (dots == 2)
            {
                kept.Length = starts.TryPop(out var start) ? start : 0;
            }

            if (rest.IsEmpty)
            {
                kept.Append('/');
            }
        }

        return kept.ToString();
    }

    /// <summary>1: ".", 2: "..", 0: no dot segment.</summary>
    private static int DotsOf(ReadOnlySpan<char> segment)
    {
        var dots = 0;
        while (!segment.IsEmpty)
        {
            var length = segment[0] == '.' ? 1 : segment.StartsWith("%2e", StringComparison.OrdinalIgnoreCase) ? 3 : 0;
            if (length == 0 || ++dots > 2)
            {
                return 0;
            }

            segment = segment[length..];
        }

        return dots;
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

            if (encoded[from] == '%' && DecodeRune(encoded[from..], bytes, chars, out var consumed, out var written))
            {
                if (!decoded[to..].StartsWith(chars[..written]))
                {
                    return -1;
                }

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
