namespace EventGateway.Echo;

/// <summary>What an echo server saw of a request.</summary>
/// <param name="Port">The port it came in on: which of the stand-ins answered.</param>
/// <param name="Path">With the query.</param>
internal sealed record EchoAnswer(int Port, string Method, string Path, string Host, IReadOnlyDictionary<string, string> Headers);
