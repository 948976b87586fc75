namespace EventGateway.Sources.Files;

/// <summary>One document of a file, as text.</summary>
/// <param name="Line">The line of the file it begins at, from 1.</param>
internal readonly record struct ManifestText(string Text, int Line)
{
    /// <summary>
    /// Splits YAML into its documents. The mark <c>---</c> at the start of a line ends a document wherever it stands: YAML allows no
    /// scalar, of whatever style, to hold such a line.
    /// </summary>
    public static IReadOnlyList<ManifestText> Split(string text)
    {
        var documents = new List<ManifestText>();
        var start = 0;
        var startLine = 1;
        var line = 1;
        var at = 0;
        while (at < text.Length)
        {
            if (at > start && IsMark(text.AsSpan(at)))
            {
                documents.Add(new ManifestText(text[start..at], startLine));
                start = at;
                startLine = line;
            }

            var end = text.IndexOf('\n', at);
            at = end < 0 ? text.Length : end + 1;
            line++;
        }

        documents.Add(new ManifestText(text[start..], startLine));
        return documents;
    }

    private static bool IsMark(ReadOnlySpan<char> line) =>
        line.StartsWith("---", StringComparison.Ordinal) && (line.Length == 3 || line[3] is ' ' or '\t' or '\r' or '\n');
}
