namespace EventGateway.Sources.Files;

/// <summary>Says what would become of manifests, without a gateway.</summary>
public static class ManifestValidator
{
    /// <summary>
    /// Reads and translates everything once. Documents that cannot be read have a verdict too. Paths that do not exist, or cannot be
    /// read, are refused like documents.
    /// </summary>
    /// <param name="paths">As in <see cref="ManifestSourceOptions.Paths"/>.</param>
    /// <param name="options">Its own paths are not looked at; null: the defaults.</param>
    /// <param name="standardInput">For the path <c>-</c>; null: the process' own.</param>
    /// <param name="time">Decides whether a certificate has expired; null: the system's.</param>
    public static IReadOnlyList<ObjectVerdict> Validate(
        IReadOnlyList<string> paths, ManifestSourceOptions? options = null, TextReader? standardInput = null, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        var reading = ManifestReading.Of(new ManifestTree(paths, standardInput ?? Console.In, time), options ?? new ManifestSourceOptions(), time);
        return reading.Next(null).Verdicts;
    }
}
