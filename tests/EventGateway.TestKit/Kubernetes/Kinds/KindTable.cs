using System.Collections.Immutable;

namespace EventGateway.TestKit.Kubernetes.Kinds;

/// <summary>What is served now: the built-in kinds and those that definitions of custom resources brought. Any thread may ask.</summary>
public sealed class KindTable
{
    private ImmutableList<ResourceKind> _kinds = [.. ResourceKinds.All];

    public IReadOnlyList<ResourceKind> All => Volatile.Read(ref _kinds);

    public ResourceKind? Find(string group, string version, string plural) =>
        All.FirstOrDefault(k => k.Group == group && k.Version == version && k.Plural == plural);

    internal void Replace(string group, string plural, IEnumerable<ResourceKind> kinds) =>
        ImmutableInterlocked.Update(ref _kinds, (all, now) => all.RemoveAll(k => k.Group == group && k.Plural == plural && !k.IsBuiltIn).AddRange(now), kinds.ToList());
}
