namespace EventGateway.Core.Model;

/// <summary>One fault a person can mend.</summary>
/// <param name="Field">Path of the field inside the object, for example <c>spec.rules[0].http.paths[1].path</c>.</param>
/// <param name="Message">What is wrong and what to do, one sentence each.</param>
public sealed record ConfigProblem(string Field, string Message)
{
    /// <summary>
    /// The problem with an enum value that a newer writer may have meant something by; null: the value is known. A reader refuses such an
    /// entity rather than take it for something else.
    /// </summary>
    internal static ConfigProblem? OfUnknown<T>(string field, T value)
        where T : struct, Enum =>
        Enum.IsDefined(value) ? null : new ConfigProblem(field, $"{typeof(T).Name} {value:D} is not known to this build; upgrade this process");

    public override string ToString() => Field.Length == 0 ? Message : $"{Field}: {Message}";
}
