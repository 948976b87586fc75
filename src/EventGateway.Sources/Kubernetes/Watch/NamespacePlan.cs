using EventGateway.Sources.Kubernetes.Translation;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>
/// What has to be followed, by the options and by what is known so far: first the kinds that name others, then Secrets, of which only the
/// named ones are kept, then by name what is named and not found. Used by one thread.
/// </summary>
internal sealed class NamespacePlan(ClusterSourceOptions options, ReflectorSet reflectors, ObjectTable objects, Func<string, ReferencedNames> referencesOf)
{
    private const string TlsType = "type=kubernetes.io/tls";

    /// <summary>Whether one reflector of a kind serves all namespaces.</summary>
    public bool IsShared => options.AllNamespaces;

    private WatchScope? Namespaces => options.Namespaces.Count > 0 ? null : new WatchScope(WatchedKinds.Namespace, "") { LabelSelector = options.NamespaceSelector };

    /// <summary>Whether namespaces' labels are known, as far as they can be.</summary>
    public bool AreNamespacesSettled => Namespaces is not { } scope || reflectors.Find("", scope) is { IsSettled: true };

    /// <summary>Whether there is a list of namespaces, so that one that is not in it is not there.</summary>
    public bool AreNamespacesListed => Namespaces is { } scope && reflectors.Find("", scope) is { IsListed: true };

    public bool IsIngressClassSettled => reflectors.Find("", new WatchScope(WatchedKinds.IngressClass, "")) is { IsSettled: true };

    /// <summary>The namespaces that are ours, as it is known now.</summary>
    public IEnumerable<string> Ours => options.Namespaces.Count > 0 ? options.Namespaces.Distinct(StringComparer.Ordinal)
        : IsShared ? objects.Namespaces.Keys
        : objects.ClusterScoped.OfKind(WatchedKinds.Namespace.Kind).Select(e => e.Object.Id.Name);

    public bool IsOurs(string @namespace) => options.Namespaces.Count > 0 ? options.Namespaces.Contains(@namespace)
        : IsShared ? objects.Namespaces.ContainsKey(@namespace)
        : objects.ClusterScoped.Find(WatchedKinds.Namespace.Kind, @namespace) is not null;

    /// <summary>What is followed for all namespaces together.</summary>
    public IReadOnlyCollection<WatchScope> WantedByAll()
    {
        var wanted = new HashSet<WatchScope> { new(WatchedKinds.IngressClass, "") };
        if (Namespaces is { } namespaces)
        {
            wanted.Add(namespaces);
        }

        if (IsShared)
        {
            AddCollections(wanted, "");
        }

        return wanted;
    }

    /// <summary>What is followed for one namespace.</summary>
    public IReadOnlyCollection<WatchScope> WantedIn(string @namespace)
    {
        var wanted = new HashSet<WatchScope>();
        if (!IsShared)
        {
            AddCollections(wanted, @namespace);
        }

        if (options.Namespaces.Count > 0)
        {
            // Only for its label; a Role alone does not allow it.
            wanted.Add(WatchScope.Named(WatchedKinds.Namespace, "", @namespace));
        }

        if (!IsSettled(@namespace, Secrets(Group(@namespace))))
        {
            return wanted;
        }

        var names = referencesOf(@namespace);
        foreach (var name in options.SecretSelector.Length > 0 ? [] : names.Secrets)
        {
            if (!IsInCollection(@namespace, name))
            {
                wanted.Add(WatchScope.Named(WatchedKinds.Secret, @namespace, name));
            }
        }

        foreach (var name in options.SecretSelector.Length > 0 ? names.Secrets.Where(n => objects.Find(@namespace)?.Find(WatchedKinds.Secret.Kind, n) is { IsStub: true }) : [])
        {
            wanted.Add(WatchScope.Named(WatchedKinds.Secret, @namespace, name));
        }

        wanted.UnionWith(names.ConfigMaps.Select(n => WatchScope.Named(WatchedKinds.ConfigMap, @namespace, n)));
        return wanted;
    }

    /// <summary>Whether the objects of a namespace can be translated: all kinds without which nothing is known were listed.</summary>
    public bool IsReadable(string @namespace) => AreReferringSettled(Group(@namespace)) && WatchedKinds.Required.All(k => reflectors.Find(Group(@namespace), new WatchScope(k, Group(@namespace))) is { IsListed: true });

    /// <summary>Whether that, and what its objects name was looked at, too.</summary>
    public bool IsComplete(string @namespace) => IsReadable(@namespace) && IsIngressClassSettled
        && IsSettled(@namespace, Secrets(Group(@namespace))) && WantedIn(@namespace).All(s => reflectors.Find(@namespace, s) is { IsSettled: true });

    /// <summary>Whether the API server does not let a kind be read without which nothing is known.</summary>
    public bool IsDenied(string @namespace) => WatchedKinds.Required.Any(k => reflectors.Find(Group(@namespace), new WatchScope(k, Group(@namespace))) is { IsDenied: true });

    /// <summary>Why a namespace is not complete.</summary>
    /// <param name="onlyFaulty">Leaves out what is merely on its way.</param>
    public IEnumerable<string> Missing(string @namespace, bool onlyFaulty) => reflectors.In(Group(@namespace)).Concat(IsShared ? reflectors.In(@namespace) : reflectors.In(""))
        .Where(f => !f.IsListed && (!onlyFaulty || f.Reflector.Problem is not null) && (!f.IsSettled || WatchedKinds.Required.Contains(f.Reflector.Scope.Kind)))
        .Select(f => $"{f.Reflector.Scope} has not been listed yet{(f.Reflector.Problem is { } problem ? $": {problem}" : "")}");

    /// <summary>What could not be read in a namespace.</summary>
    public UnreadObjects UnreadIn(string @namespace)
    {
        var kinds = WatchedKinds.Optional.Where(k => reflectors.Find(Group(@namespace), new WatchScope(k, Group(@namespace))) is { IsListed: false }).Select(k => k.Kind);
        var named = reflectors.In(@namespace).Where(f => f.Reflector.Scope is { Name.Length: > 0, Kind.IsClusterScoped: false } && !f.IsListed)
            .Select(f => (f.Reflector.Scope.Kind.Kind, f.Reflector.Scope.Name));
        var unread = new UnreadObjects([.. kinds], [.. named, .. objects.Find(@namespace)?.Unknown ?? []]);
        return unread.IsEmpty ? UnreadObjects.None : unread;
    }

    private string Group(string @namespace) => IsShared ? "" : @namespace;

    private WatchScope Secrets(string group) => options.SecretSelector.Length > 0
        ? new WatchScope(WatchedKinds.Secret, group) { LabelSelector = options.SecretSelector }
        : new WatchScope(WatchedKinds.Secret, group) { FieldSelector = TlsType };

    private void AddCollections(HashSet<WatchScope> wanted, string group)
    {
        wanted.UnionWith(WatchedKinds.Required.Concat(WatchedKinds.Optional).Select(k => new WatchScope(k, group)));

        // Only when it is known which of them are named does one know which to keep.
        if (AreReferringSettled(group) || reflectors.Find(group, Secrets(group)) is not null)
        {
            wanted.Add(Secrets(group));
        }
    }

    private bool AreReferringSettled(string group) => WatchedKinds.Referring.All(k => reflectors.Find(group, new WatchScope(k, group)) is { IsSettled: true });

    private bool IsSettled(string @namespace, WatchScope scope) => reflectors.Find(Group(@namespace), scope) is { IsSettled: true };

    /// <summary>Whether the list of all tells of a Secret, with its data.</summary>
    private bool IsInCollection(string @namespace, string name) =>
        objects.Find(@namespace)?.Find(WatchedKinds.Secret.Kind, name) is { IsStub: false, Owner.Scope.Name.Length: 0, Object.Typed: V1Secret };
}
