namespace EventGateway.Sources.Files;

/// <summary>Something wrong at one place of a document.</summary>
/// <param name="Line">From 1, within the document.</param>
internal sealed record ManifestProblem(int Line, string Message);
