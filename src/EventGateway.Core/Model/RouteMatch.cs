using System.Collections.Immutable;

namespace EventGateway.Core.Model;

/// <summary>All given conditions must hold.</summary>
public sealed record RouteMatch(PathMatch Path)
{
    /// <summary>Upper case; empty: any method.</summary>
    public ImmutableArray<string> Methods { get; init; } = [];

    public ImmutableArray<NameValueMatch> Headers { get; init; } = [];

    public ImmutableArray<NameValueMatch> Query { get; init; } = [];

    /// <summary>
    /// Higher wins among the matches of one host; equal ones are decided by the age of the route's object, then by key.
    /// Written by the source, by its API's rules.
    /// </summary>
    public ulong Priority { get; init; }

    internal IEnumerable<ConfigProblem> Validate(string field)
    {
        if (Path.Validate($"{field}.path") is { } pathProblem)
        {
            yield return pathProblem;
        }

        for (var i = 0; i < Methods.Length; i++)
        {
            if (Methods[i].Length == 0 || !Methods[i].All(char.IsAsciiLetterUpper))
            {
                yield return new ConfigProblem($"{field}.methods[{i}]", $"'{Methods[i]}' is not a method; use upper-case letters");
            }
        }

        foreach (var problem in Headers.Select((h, i) => h.Validate($"{field}.headers[{i}]")).Concat(Query.Select((q, i) => q.Validate($"{field}.query[{i}]"))))
        {
            if (problem is not null)
            {
                yield return problem;
            }
        }
    }
}
