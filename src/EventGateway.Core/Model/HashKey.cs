namespace EventGateway.Core.Model;

/// <param name="Name">Of the header, cookie, query parameter or capture; "" for the others.</param>
public sealed record HashKey(HashSource Source, string Name = "")
{
    internal ConfigProblem? Validate(string field)
    {
        if (ConfigProblem.OfUnknown($"{field}.source", Source) is { } unknown)
        {
            return unknown;
        }

        if (Source == HashSource.Cookie && !StickyCookie.IsName(Name))
        {
            return new ConfigProblem($"{field}.name", $"'{Name}' is no cookie name; use letters, digits, '-' and '_'");
        }

        var isNamed = Source is HashSource.Header or HashSource.Cookie or HashSource.Query or HashSource.UriCapture;
        return isNamed && Name.Length == 0
            ? new ConfigProblem($"{field}.name", $"hashing by {Source} needs a name")
            : null;
    }
}
