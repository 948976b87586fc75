using EventGateway.TestKit.Kubernetes.Kinds;

namespace EventGateway.TestKit.Kubernetes.Writes;

/// <summary>What a request that changes something is about, apart from the object it carries.</summary>
/// <param name="Name">Empty: the object itself brings it.</param>
/// <param name="Manager">Who is put down as having set the fields.</param>
/// <param name="Strict">Whether unknown fields are refused; else they are dropped with a warning.</param>
internal sealed record WriteRequest(ResourceKind Kind, string Namespace, string Name, string Subresource, string Manager, bool DryRun, bool Strict)
{
    /// <summary>Become Warning headers.</summary>
    public List<string> Warnings { get; } = [];

    public bool IsStatus => Subresource == "status";
}
