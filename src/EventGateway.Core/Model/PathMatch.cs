using System.Text.RegularExpressions;

namespace EventGateway.Core.Model;

/// <summary>A path condition. Paths are case-sensitive.</summary>
/// <param name="Value">Begins with <c>/</c>; for <see cref="PathMatchType.Regex"/> the expression without Kong's leading <c>~</c>.</param>
public sealed record PathMatch(PathMatchType Type, string Value)
{
    /// <summary>
    /// The options every path expression is compiled with. <see cref="RegexOptions.NonBacktracking"/> matches in time linear in
    /// the path's length, so that no expression of one team can stall the others; it refuses back references and lookarounds.
    /// </summary>
    public const RegexOptions ExpressionOptions = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>Compiles <see cref="Value"/> anchored at the start, as Kong does.</summary>
    /// <exception cref="ArgumentException">The expression is not valid.</exception>
    /// <exception cref="NotSupportedException">The expression needs backtracking.</exception>
    public Regex CompileExpression() => CompileAnchored(Value);

    internal static Regex CompileAnchored(string expression) => new($"^(?:{expression})", ExpressionOptions);

    internal static string? ExpressionFault(string expression)
    {
        try
        {
            _ = CompileAnchored(expression);
            return null;
        }
        catch (ArgumentException e)
        {
            return $"'{expression}' is not a regular expression: {e.Message}";
        }
        catch (NotSupportedException)
        {
            return $"'{expression}' needs backtracking (a back reference or a lookaround); rewrite it without";
        }
    }

    internal ConfigProblem? Validate(string field)
    {
        if (Type == PathMatchType.Regex)
        {
            return ExpressionFault(Value) is { } fault ? new ConfigProblem(field, fault) : null;
        }

        return Value.StartsWith('/') ? null : new ConfigProblem(field, $"'{Value}' must begin with '/'");
    }
}
