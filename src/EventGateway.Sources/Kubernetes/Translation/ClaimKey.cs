using EventGateway.Core.Model;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What one workspace has and no other: the paths of one type and value at one host.</summary>
/// <param name="Host">"" for any host.</param>
/// <param name="Port">0: http and https; else connections to that port, without type and path.</param>
internal readonly record struct ClaimKey(string Host, PathMatchType Type, string Path, int Port = 0)
{
    /// <param name="serverName">"" for any.</param>
    public static ClaimKey OfPort(int port, string serverName) => new(serverName, default, "", port);

    public override string ToString() => Port > 0
        ? $"port {Port}{(Host.Length == 0 ? "" : $" with server name '{Host}'")}"
        : $"{(Host.Length == 0 ? "any host" : $"host '{Host}'")} with {Type} path '{Path}'";
}
