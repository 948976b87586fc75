namespace EventGateway.Core.Model;

/// <summary>One fault a person can mend.</summary>
/// <param name="Field">Path of the field inside the object, for example <c>spec.rules[0].http.paths[1].path</c>.</param>
/// <param name="Message">What is wrong and what to do, one sentence each.</param>
public sealed record ConfigProblem(string Field, string Message)
{
    public override string ToString() => Field.Length == 0 ? Message : $"{Field}: {Message}";
}
