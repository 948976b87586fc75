namespace EventGateway.Core.Model;

/// <summary>One header to send.</summary>
public sealed record HeaderValue(string Name, string Value);
