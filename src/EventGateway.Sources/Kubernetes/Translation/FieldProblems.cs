namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Gathers what is wrong with an object's fields while they are read.</summary>
internal sealed class FieldProblems
{
    /// <summary>What is not in use, and why.</summary>
    public List<string> Reasons { get; } = [];

    public List<string> Warnings { get; } = [];

    /// <summary>A number within bounds; null, or one beyond them, which is a reason, gives <paramref name="otherwise"/>.</summary>
    public int Number(string field, int? value, int otherwise, int min, int max)
    {
        if (value is null || (value >= min && value <= max))
        {
            return value ?? otherwise;
        }

        Reasons.Add($"{field}: {value} is out of range; use {min} to {max}");
        return otherwise;
    }
}
