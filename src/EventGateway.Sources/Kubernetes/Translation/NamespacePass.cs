using System.Collections.Immutable;
using EventGateway.Sources.Kubernetes.Kong;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>One pass over one namespace: its objects by kind, and what the steps have found so far.</summary>
internal sealed class NamespacePass
{
    private readonly VerdictDraft?[] _drafts;

    public NamespacePass(NamespaceSnapshot snapshot, IngressClassTable classes, TimeProvider time, NamespacePass? previous)
    {
        Ingresses = Names(previous?.Ingresses);
        Services = Names(previous?.Services);
        Slices = Names(previous?.Slices);
        Secrets = Names(previous?.Secrets);
        ConfigMaps = Names(previous?.ConfigMaps);
        Policies = Names(previous?.Policies);
        TcpIngresses = Names(previous?.TcpIngresses);
        Snapshot = snapshot;
        Classes = classes;
        Now = time.GetUtcNow();
        _drafts = new VerdictDraft?[snapshot.Objects.Length];
    }

    public NamespaceSnapshot Snapshot { get; }

    public string Namespace => Snapshot.Name;

    public IngressClassTable Classes { get; }

    public DateTimeOffset Now { get; }

    public StateChanges Changes { get; } = new();

    /// <summary>Filled by the steps that follow references.</summary>
    public ReferencedNames References { get; } = new();

    /// <summary>Places of the objects in <see cref="Snapshot"/>, by name.</summary>
    public Dictionary<string, int> Ingresses { get; }

    public Dictionary<string, int> Services { get; }

    public Dictionary<string, int> Slices { get; }

    public Dictionary<string, int> Secrets { get; }

    public Dictionary<string, int> ConfigMaps { get; }

    public Dictionary<string, int> Policies { get; }

    public Dictionary<string, int> TcpIngresses { get; }

    /// <summary>Everything else.</summary>
    public List<int> Others { get; } = [];

    /// <summary>What the namespace's Ingresses and TCPIngresses need, filled by <see cref="IngressUnits"/>.</summary>
    public HashSet<BackendUse> BackendUses { get; } = [];

    /// <summary>Secrets with the key pairs that backends show to their endpoints, filled by <see cref="BackendStep"/>.</summary>
    public HashSet<string> ClientCertificates { get; } = new(StringComparer.Ordinal);

    /// <summary>Services some backend needs, filled by <see cref="BackendStep"/>.</summary>
    public Dictionary<string, ServiceInfo> ServicesInUse { get; } = new(StringComparer.Ordinal);

    /// <summary>Services in use that have at least one EndpointSlice.</summary>
    public HashSet<string> ServicesWithSlices { get; } = new(StringComparer.Ordinal);

    public SourceObject this[int place] => Snapshot.Objects[place].Object;

    public void Judge(int place, VerdictDraft draft) => _drafts[place] = draft;

    /// <summary>Adds to what has been said of an ingress.</summary>
    public void Tell(IngressUnit unit, ImmutableArray<string> reasons, ImmutableArray<string> warnings)
    {
        var id = unit.Ingress.Id;
        var place = (unit.Ingress.Typed is TcpIngress ? TcpIngresses : Ingresses)[id.Name];
        Judge(place, DraftOf(place).With(reasons, warnings));
    }

    /// <summary>What is wrong with an object that is named and was not found, for messages.</summary>
    public string WhyMissing(string kind, string name) =>
        Snapshot.Unread.Has(kind, name) ? "is not known here: it could not be read, /status of the watcher says why; if it is not there," : "does not exist;";

    /// <summary>Every object has one when the pass is over.</summary>
    public VerdictDraft DraftOf(int place) =>
        _drafts[place] ?? throw new InvalidOperationException($"No step has judged {this[place].Id}.");

    /// <summary>Whether the ingress at a place is the one in use, not a second of its name.</summary>
    public bool IsFirst(int place) => (this[place].Typed is TcpIngress ? TcpIngresses : Ingresses).TryGetValue(this[place].Id.Name, out var first) && first == place;

    /// <summary>Sorts the objects by kind; a second object of one name is left out and told so.</summary>
    public void Sort()
    {
        for (var place = 0; place < Snapshot.Objects.Length; place++)
        {
            switch (this[place].Typed)
            {
                case V1Ingress: Take(Ingresses, place); break;
                case V1Service: Take(Services, place); break;
                case V1EndpointSlice: Take(Slices, place); break;
                case V1Secret: Take(Secrets, place); break;
                case V1ConfigMap: Take(ConfigMaps, place); break;
                case KongUpstreamPolicy: Take(Policies, place); break;
                case TcpIngress: Take(TcpIngresses, place); break;
                default:
                    Others.Add(place);
                    break;
            }
        }
    }

    // As large as last time: growing costs more than filling.
    private static Dictionary<string, int> Names(Dictionary<string, int>? previous) => new(previous?.Count ?? 0, StringComparer.Ordinal);

    private void Take(Dictionary<string, int> places, int place)
    {
        var name = this[place].Id.Name;
        if (places.TryAdd(name, place))
        {
            return;
        }

        var first = Snapshot.Objects[places[name]];
        Judge(place, this[place].HasContentOf(first.Object)
            ? VerdictDraft.Skipped($"the same object stands in {first.Location}")
            : VerdictDraft.Refused($"{first.Object.Id} stands in {first.Location} already, with other content; that one is used. Remove one of the two"));
    }
}
