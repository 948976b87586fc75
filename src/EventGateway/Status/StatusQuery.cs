namespace EventGateway.Status;

/// <param name="Url">Null only while there are faults.</param>
internal sealed record StatusQuery(Uri? Url, bool AsJson);
