using EventGateway.Core.Model;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>What one workspace has and no other: the paths of one type and value at one host.</summary>
/// <param name="Host">"" for any host.</param>
internal readonly record struct ClaimKey(string Host, PathMatchType Type, string Path)
{
    public override string ToString() => $"{(Host.Length == 0 ? "any host" : $"host '{Host}'")} with {Type} path '{Path}'";
}
