namespace EventGateway.Sources.Files;

/// <summary>The text is no YAML or JSON. Never leaves <see cref="ManifestDocumentReader"/>.</summary>
internal sealed class ManifestSyntaxException(int line, string message) : Exception(message)
{
    public int Line { get; } = line;
}
