using System.Collections.Immutable;

namespace EventGateway.Core.Model;

/// <summary>A condition on a header or a query parameter.</summary>
/// <param name="Name">Header names match without regard to case, query names with.</param>
/// <param name="Values">Any one of them suffices; empty for <see cref="ValueMatchType.Present"/>.</param>
public sealed record NameValueMatch(string Name, ValueMatchType Type, ImmutableArray<string> Values)
{
    internal ConfigProblem? Validate(string field)
    {
        if (Name.Length == 0)
        {
            return new ConfigProblem(field, "the name is empty");
        }

        if (Type != ValueMatchType.Present && Values.IsEmpty)
        {
            return new ConfigProblem(field, $"'{Name}' has no value to compare with");
        }

        return Type == ValueMatchType.Regex && Values.Select(PathMatch.ExpressionFault).FirstOrDefault(f => f is not null) is { } fault
            ? new ConfigProblem(field, fault)
            : null;
    }
}
