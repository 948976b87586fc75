using System.Text.RegularExpressions;

namespace EventGateway.Core.Model;

/// <summary>A path condition. Paths are case-sensitive.</summary>
/// <param name="Value">Begins with <c>/</c>; for <see cref="PathMatchType.Regex"/> the expression without Kong's leading <c>~</c>.</param>
public sealed record PathMatch(PathMatchType Type, string Value)
{
    /// <summary>
    /// The options every expression is compiled with. <see cref="RegexOptions.NonBacktracking"/> matches in time linear in
    /// the text's length, so that no expression of one team can stall the others; it refuses back references and lookarounds.
    /// </summary>
    public const RegexOptions ExpressionOptions = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>Compiles <see cref="Value"/> anchored at the start, as Kong does.</summary>
    /// <exception cref="ArgumentException">The expression is not valid.</exception>
    /// <exception cref="NotSupportedException">The expression needs backtracking.</exception>
    public Regex CompileExpression() => CompileAnchored(Value);

    private static Regex CompileAnchored(string expression) => new($"^(?:{expression})", ExpressionOptions);

    /// <summary>What is wrong with an expression, found out by compiling it; null: nothing.</summary>
    internal static string? ExpressionFault(string expression, Func<string, Regex> compile)
    {
        try
        {
            _ = compile(expression);
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
        if (ConfigProblem.OfUnknown(field, Type) is { } unknown)
        {
            return unknown;
        }

        if (Type == PathMatchType.Regex)
        {
            return ExpressionFault(Value, CompileAnchored) is { } fault ? new ConfigProblem(field, fault) : null;
        }

        return Value.StartsWith('/') ? null : new ConfigProblem(field, $"'{Value}' must begin with '/'");
    }
}
