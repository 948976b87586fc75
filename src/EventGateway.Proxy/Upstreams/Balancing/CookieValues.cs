using Microsoft.Extensions.Primitives;

namespace EventGateway.Proxy.Upstreams.Balancing;

/// <summary>
/// The values of all cookies of one name in a request, as they were sent, without those that are empty. ASP.NET's own collection would be built of every
/// cookie there is, for every request.
/// </summary>
internal ref struct CookieValues(StringValues header, string name)
{
    private ReadOnlySpan<char> _rest;
    private int _line;

    public ReadOnlySpan<char> Current { get; private set; }

    public readonly CookieValues GetEnumerator() => this;

    public bool MoveNext()
    {
        while (true)
        {
            if (_rest.IsEmpty)
            {
                if (_line == header.Count)
                {
                    return false;
                }

                _rest = header[_line++];
                continue;
            }

            var end = _rest.IndexOf(';');
            var pair = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[(end + 1)..];
            var equals = pair.IndexOf('=');
            if (equals < 0 || !pair[..equals].Trim().SequenceEqual(name))
            {
                continue;
            }

            var value = pair[(equals + 1)..].Trim();
            Current = value is ['"', .. var quoted, '"'] ? quoted : value;
            if (!Current.IsEmpty)
            {
                return true;
            }
        }
    }
}
