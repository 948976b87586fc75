namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>
/// An object's identity: no version, for <c>v1</c> and <c>v1beta1</c> of one kind are one object. Sources only
/// let in names and namespaces that Kubernetes would: they become parts of entity keys.
/// </summary>
/// <param name="Group">"" for the core group.</param>
/// <param name="Namespace">"" for cluster-scoped kinds.</param>
internal readonly record struct ObjectId(string Group, string Kind, string Namespace, string Name)
{
    public override string ToString() => Namespace.Length == 0 ? $"{Kind} {Name}" : $"{Kind} {Namespace}/{Name}";
}
