using System.Collections.Immutable;
using System.Text;

namespace EventGateway.Sources.Files;

/// <summary>A file as it was last read: its documents and where they begin.</summary>
internal sealed class ManifestFile
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, ManifestDocument> _byText;

    private ManifestFile(ImmutableArray<(ManifestDocument Document, int Line)> documents, Dictionary<string, ManifestDocument> byText)
    {
        Documents = documents;
        _byText = byText;
    }

    public ImmutableArray<(ManifestDocument Document, int Line)> Documents { get; }

    public bool IsBroken => Documents.Any(d => !d.Document.Faults.IsEmpty);

    public static ManifestFile Read(string name, byte[] bytes, ManifestFile? previous, DateTimeOffset observedAt)
    {
        string text;
        try
        {
            text = Strict.GetString(bytes.AsSpan(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? 3 : 0));
        }
        catch (DecoderFallbackException e)
        {
            var line = 1 + bytes.AsSpan(0, Math.Clamp(e.Index, 0, bytes.Length)).Count((byte)'\n');
            return Broken("this is not UTF-8; save the file as UTF-8", line);
        }

        var isJson = name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || (name == ManifestTree.StandardInput && text.AsSpan().TrimStart().StartsWith('{'));
        return Read(isJson ? [new ManifestText(text, 1)] : ManifestText.Split(text), isJson, previous, observedAt);
    }

    /// <summary>A file of which nothing could be read.</summary>
    public static ManifestFile Broken(string message, int line) =>
        new([(new ManifestDocument([], [new ManifestFault(null, "", [new ManifestProblem(1, message)])]), line)], []);

    private static ManifestFile Read(IReadOnlyList<ManifestText> texts, bool isJson, ManifestFile? previous, DateTimeOffset observedAt)
    {
        var documents = ImmutableArray.CreateBuilder<(ManifestDocument, int)>(texts.Count);
        var byText = new Dictionary<string, ManifestDocument>(texts.Count, StringComparer.Ordinal);
        foreach (var (text, line) in texts)
        {
            if (!byText.TryGetValue(text, out var document))
            {
                document = previous?._byText.GetValueOrDefault(text) ?? ManifestDocumentReader.Read(text, isJson, observedAt);
                byText.Add(text, document);
            }

            documents.Add((document, line));
        }

        return new ManifestFile(documents.MoveToImmutable(), byText);
    }
}
