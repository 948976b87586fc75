using EventGateway.TestKit.Kubernetes.Selectors;

namespace EventGateway.TestKit.Kubernetes.Store;

/// <summary>Which objects of a kind a request is about.</summary>
/// <param name="Namespace">Null: those of all.</param>
internal sealed record ObjectFilter(string? Namespace, LabelSelector Labels, FieldSelector Fields)
{
    public bool HasSelector => !Labels.IsEmpty || !Fields.IsEmpty;

    public bool Matches(StoredObject o) => (Namespace is null || o.Key.Namespace == Namespace) && Labels.Matches(o.Labels) && Fields.Matches(o);
}
