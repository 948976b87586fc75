using System.Collections.Immutable;
using EventGateway.Sources.Kubernetes.Kong;
using EventGateway.Sources.Kubernetes.Translation;
using k8s.Models;
using Microsoft.Extensions.Logging;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>
/// All objects that are known, and the rules by which news changes them: nothing older replaces anything newer, and an object is gone when a
/// later event or a later complete list says so, and never else. Used by one thread.
/// </summary>
/// <param name="isNamed">Whether an object of ours names a Secret; the data of others is not kept.</param>
internal sealed partial class ObjectTable(Func<string, string, bool> isNamed, WatchFeeds feeds, ILogger logger)
{
    private readonly Dictionary<string, NamespaceTable> _namespaces = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);

    public NamespaceTable ClusterScoped { get; } = new("");

    public IReadOnlyDictionary<string, NamespaceTable> Namespaces => _namespaces;

    /// <summary>Objects that could not be decoded, by kind.</summary>
    public ILookup<string, string> Faults => _namespaces.Values.Append(ClusterScoped)
        .SelectMany(t => t.Faults.Select(f => (f.Key.Kind, Text: $"{NameOf(f.Key.Kind, t.Name, f.Key.Name)} cannot be decoded: {f.Value}")))
        .ToLookup(f => f.Kind, f => f.Text);

    /// <summary>Namespaces whose objects have changed since the last call; "": objects that belong to none.</summary>
    public ImmutableArray<string> TakeChanged()
    {
        ImmutableArray<string> changed = [.. _changed];
        _changed.Clear();
        return changed;
    }

    public NamespaceTable? Find(string @namespace) => @namespace.Length == 0 ? ClusterScoped : _namespaces.GetValueOrDefault(@namespace);

    public void Drop(string @namespace)
    {
        _namespaces.Remove(@namespace);
        _changed.Add(@namespace);
    }

    public void Take(FollowedScope from, WatchNews.Listed list)
    {
        var wentBack = list.Version.IsOlderThan(from.ListedAt);
        if (wentBack)
        {
            LogWentBack(from.Reflector.Scope, from.ListedAt.Text, list.Version.Text);
        }

        from.TakeList(list.Version);
        var present = new HashSet<(string, string)>();
        var isWhole = true;
        foreach (var item in list.Items)
        {
            isWhole &= item.Id.Name.Length > 0;
            present.Add((item.Id.Namespace, item.Id.Name));
            Put(from.Reflector, item, wentBack);
        }

        // An item without a name may be any of those that are missing.
        foreach (var table in isWhole ? TablesOf(from.Reflector.Scope) : [])
        {
            var kind = from.Reflector.Scope.Kind.Kind;
            var gone = table.OfKind(kind)
                .Where(e => ReferenceEquals(e.Owner, from.Reflector) && !present.Contains((table.Name, e.Object.Id.Name)) && (wentBack || !list.Version.IsOlderThan(e.Version)))
                .Select(e => e.Object.Id.Name)
                .Concat(IsNarrow(from.Reflector.Scope) ? [] : table.Faults.Keys.Where(k => k.Kind == kind && !present.Contains((table.Name, k.Name))).Select(k => k.Name))
                .ToList();
            gone.ForEach(n => Remove(table, kind, n));
        }
    }

    public void Take(FollowedScope from, WatchNews.Changed news)
    {
        var (id, version) = (news.Object.Id, news.Object.Version);
        if (id.Name.Length == 0)
        {
            LogNameless(from.Reflector.Scope, news.Object.Fault);
            return;
        }

        if (from.IsLate(id.Namespace, id.Name, version))
        {
            return;
        }

        if (news.Type != WatchEventType.Deleted)
        {
            Put(from.Reflector, news.Object, isForced: false);
            return;
        }

        from.TakeEnd(id.Namespace, id.Name, version);
        if (Find(id.Namespace) is { } table
            && (table.Find(id.Kind, id.Name) is { } entry ? !version.IsOlderThan(entry.Version) : table.Faults.ContainsKey((id.Kind, id.Name))))
        {
            Remove(table, id.Kind, id.Name);
        }
    }

    /// <summary>Takes the data of Secrets that nobody names any more.</summary>
    public void DropUnnamed(string @namespace)
    {
        foreach (var entry in (Find(@namespace)?.OfKind(WatchedKinds.Secret.Kind) ?? []).Where(e => !e.IsStub && !isNamed(@namespace, e.Object.Id.Name)).ToList())
        {
            TableOf(@namespace).Put(entry with { Object = StubOf(entry.Object), IsStub = true });
            _changed.Add(@namespace);
        }
    }

    /// <summary>Forgets what only this reflector tells of.</summary>
    public void Forget(Reflector reflector)
    {
        var kind = reflector.Scope.Kind.Kind;
        foreach (var table in TablesOf(reflector.Scope))
        {
            foreach (var entry in table.OfKind(kind).Where(e => ReferenceEquals(e.Owner, reflector)).ToList())
            {
                Remove(table, kind, entry.Object.Id.Name);
            }
        }
    }

    private void Put(Reflector from, DecodedObject item, bool isForced)
    {
        var (id, version) = (item.Id, item.Version);
        if (item.Object is null)
        {
            PutFault(from, item);
            return;
        }

        var table = TableOf(id.Namespace);
        var before = table.Find(id.Kind, id.Name);
        var isStub = item.Object.Typed is V1Secret && !isNamed(id.Namespace, id.Name);

        // Who follows one object by name only helps out: that it is gone is for the list of all to say, where it is in that.
        var owner = before is not null && from.Scope.Name.Length > 0 ? before.Owner : from;
        if (before is not null && !isForced && version.IsCoveredBy(before.Version))
        {
            if (version == before.Version && before.IsStub && !isStub)
            {
                table.Put(new TableEntry(item.Object, version, owner, isStub));
                _changed.Add(id.Namespace);
            }
            else if (!ReferenceEquals(owner, before.Owner))
            {
                table.Put(before with { Owner = owner });
            }

            return;
        }

        if (before is not null && !before.IsStub && !isStub && SaysTheSame(before.Object, item.Object))
        {
            table.Put(before with { Version = version, Owner = owner });
            return;
        }

        table.Put(new TableEntry(isStub ? StubOf(item.Object) : item.Object, version, owner, isStub));
        _changed.Add(id.Namespace);
    }

    private void PutFault(Reflector from, DecodedObject item)
    {
        feeds.CountsOf(from.Scope.Kind).CountError("decode");
        if (item.Id.Name.Length == 0)
        {
            LogNameless(from.Scope, item.Fault);
            return;
        }

        var table = TableOf(item.Id.Namespace);
        if (!table.Faults.TryGetValue((item.Id.Kind, item.Id.Name), out var told) || told != item.Fault)
        {
            LogUndecodable(NameOf(item.Id.Kind, item.Id.Namespace, item.Id.Name), item.Fault);
        }

        table.PutFault(item.Id.Kind, item.Id.Name, item.Fault);
        _changed.Add(item.Id.Namespace);
    }

    private void Remove(NamespaceTable table, string kind, string name)
    {
        table.Remove(kind, name);
        if (table.IsEmpty && table.Name.Length > 0)
        {
            _namespaces.Remove(table.Name);
        }

        _changed.Add(table.Name);
    }

    private NamespaceTable TableOf(string @namespace)
    {
        if (@namespace.Length == 0)
        {
            return ClusterScoped;
        }

        if (!_namespaces.TryGetValue(@namespace, out var table))
        {
            _namespaces.Add(@namespace, table = new NamespaceTable(@namespace));
        }

        return table;
    }

    private List<NamespaceTable> TablesOf(WatchScope scope) =>
        scope.Kind.IsClusterScoped ? [ClusterScoped] : scope.Namespace.Length == 0 ? [.. _namespaces.Values] : Find(scope.Namespace) is { } table ? [table] : [];

    private static bool IsNarrow(WatchScope scope) => scope.FieldSelector.Length > 0 || scope.LabelSelector.Length > 0;

    /// <summary>Whether only the status, or what controllers note about an object, is another.</summary>
    private static bool SaysTheSame(SourceObject before, SourceObject now) => now.Typed is V1Ingress or TcpIngress or KongUpstreamPolicy
        && now.Metadata.Generation is { } generation && before.Metadata.Generation == generation && before.Metadata.Uid == now.Metadata.Uid
        && AreEqual(before.Metadata.Labels, now.Metadata.Labels) && AreEqual(before.Metadata.Annotations, now.Metadata.Annotations);

    private static bool AreEqual(IDictionary<string, string>? before, IDictionary<string, string>? now) => (before?.Count ?? 0) == (now?.Count ?? 0)
        && (before is null || before.All(p => now!.TryGetValue(p.Key, out var value) && value == p.Value));

    /// <summary>The object without what is secret in it.</summary>
    private static SourceObject StubOf(SourceObject item) => new()
    {
        Id = item.Id,
        ApiVersion = item.ApiVersion,
        Metadata = item.Metadata,
        Typed = new V1Secret { Metadata = item.Metadata, Type = ((V1Secret)item.Typed!).Type },
        Provenance = item.Provenance,
    };

    private static string NameOf(string kind, string @namespace, string name) => @namespace.Length == 0 ? $"{kind} {name}" : $"{kind} {@namespace}/{name}";

    [LoggerMessage(4110, LogLevel.Warning, "{Object} cannot be decoded: {Fault}. What was known of it before stays in use")]
    private partial void LogUndecodable(string @object, string fault);

    [LoggerMessage(4111, LogLevel.Warning, "{Scope}: an object without a name came ({Fault}); until it is mended nothing of this kind counts as gone")]
    private partial void LogNameless(WatchScope scope, string fault);

    [LoggerMessage(4112, LogLevel.Warning, "{Scope}: the API server has gone back from version {Before} to {Now}, as after a restored backup; what it says now is taken for true")]
    private partial void LogWentBack(WatchScope scope, string before, string now);
}
