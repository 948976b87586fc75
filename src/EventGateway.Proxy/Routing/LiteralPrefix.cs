using System.Text;

namespace EventGateway.Proxy.Routing;

/// <summary>The plain text every match of an expression begins with. Too short is sound, too long is not: in doubt it is empty.</summary>
internal static class LiteralPrefix
{
    private const string Special = @".[($|*+?{)^\";

    public static string Of(string expression)
    {
        if (HasAlternative(expression))
        {
            return "";
        }

        var text = new StringBuilder();
        var i = expression.StartsWith('^') ? 1 : 0;
        while (i < expression.Length)
        {
            var c = expression[i];
            if (c == '\\' && i + 1 < expression.Length && char.IsAscii(expression[i + 1]) && !char.IsAsciiLetterOrDigit(expression[i + 1]))
            {
                text.Append(expression[i + 1]);
                i += 2;
            }
            else if (Special.Contains(c, StringComparison.Ordinal))
            {
                break;
            }
            else
            {
                text.Append(c);
                i++;
            }
        }

        // What stops the text may make its last character optional.
        if (i < expression.Length && expression[i] is '*' or '?' or '{' && text.Length > 0)
        {
            text.Length--;
        }

        return text.ToString();
    }

    // Any bar outside a class counts, even inside a group: the text before the group would do, but is not worth a parser.
    private static bool HasAlternative(string expression)
    {
        var depth = 0;
        var inClass = false;
        for (var i = 0; i < expression.Length; i++)
        {
            switch (expression[i])
            {
                case '\\': i++; break;
                case '[': inClass = true; break;
                case ']': inClass = false; break;
                case '(' when !inClass: depth++; break;
                case ')' when !inClass: depth--; break;
                case '|' when !inClass && depth <= 0: return true;
            }
        }

        return inClass;
    }
}
