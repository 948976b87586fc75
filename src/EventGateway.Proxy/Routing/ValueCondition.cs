using System.Text.RegularExpressions;
using EventGateway.Core.Model;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace EventGateway.Proxy.Routing;

/// <summary>
/// A condition on a header or query parameter, compiled. What its expressions mean is said at <see cref="NameValueMatch"/>.
/// Of a header that comes several times any value may match; of a query parameter the first one counts.
/// </summary>
internal sealed class ValueCondition
{
    private readonly string _name;
    private readonly string[] _values;
    private readonly Regex[] _expressions;
    private readonly ValueMatchType _type;

    /// <exception cref="ArgumentException">An expression is not valid.</exception>
    /// <exception cref="NotSupportedException">An expression needs backtracking.</exception>
    public ValueCondition(NameValueMatch match)
    {
        _name = match.Name;
        _type = match.Type;
        _values = [.. match.Values];
        _expressions = match.Type == ValueMatchType.Regex ? [.. match.Values.Select(v => NameValueMatch.CompileExpression(v))] : [];
    }

    public bool HoldsForHeader(IHeaderDictionary headers)
    {
        if (!headers.TryGetValue(_name, out var values))
        {
            return false;
        }

        if (_type == ValueMatchType.Present)
        {
            return true;
        }

        for (var i = 0; i < values.Count; i++)
        {
            if (Accepts(values[i]))
            {
                return true;
            }
        }

        return false;
    }

    public bool HoldsForQuery(string query)
    {
        foreach (var pair in new QueryStringEnumerable(query))
        {
            if (pair.DecodeName().Span.SequenceEqual(_name))
            {
                return _type == ValueMatchType.Present || Accepts(pair.DecodeValue().Span);
            }
        }

        return false;
    }

    private bool Accepts(ReadOnlySpan<char> value)
    {
        if (_type == ValueMatchType.Exact)
        {
            foreach (var accepted in _values)
            {
                if (value.SequenceEqual(accepted))
                {
                    return true;
                }
            }

            return false;
        }

        foreach (var expression in _expressions)
        {
            if (expression.IsMatch(value))
            {
                return true;
            }
        }

        return false;
    }
}
