using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace EventGateway.Core.Model;

/// <summary>A condition on a header or a query parameter.</summary>
/// <param name="Name">Header names match without regard to case, query names with.</param>
/// <param name="Values">
/// Any one of them suffices; empty for <see cref="ValueMatchType.Present"/>. For <see cref="ValueMatchType.Regex"/> an expression is searched for
/// anywhere in the value, as Kong does, and with regard to case unless it says <c>(?i)</c>.
/// </param>
public sealed record NameValueMatch(string Name, ValueMatchType Type, ImmutableArray<string> Values)
{
    /// <summary>Compiles one of the <see cref="Values"/>; a value fulfils it when it matches anywhere in it.</summary>
    /// <exception cref="ArgumentException">The expression is not valid.</exception>
    /// <exception cref="NotSupportedException">The expression needs backtracking.</exception>
    public static Regex CompileExpression(string expression) => new(expression, PathMatch.ExpressionOptions);

    internal ConfigProblem? Validate(string field)
    {
        if (ConfigProblem.OfUnknown(field, Type) is { } unknown)
        {
            return unknown;
        }

        if (Name.Length == 0)
        {
            return new ConfigProblem(field, "the name is empty");
        }

        if (Type != ValueMatchType.Present && Values.IsEmpty)
        {
            return new ConfigProblem(field, $"'{Name}' has no value to compare with");
        }

        return Type == ValueMatchType.Regex && Values.Select(v => PathMatch.ExpressionFault(v, CompileExpression)).FirstOrDefault(f => f is not null) is { } fault
            ? new ConfigProblem(field, fault)
            : null;
    }
}
