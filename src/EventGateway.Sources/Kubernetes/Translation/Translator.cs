using System.Collections.Immutable;
using EventGateway.Core.Publishing;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>
/// From the objects of a source to what is wanted in each workspace's log; one namespace is one workspace. The result depends on
/// the snapshot (and, for warnings of expired certificates, the date) alone; what it remembers from the last snapshot only saves work:
/// an object that is the same instance, and refers to the same instances, is not translated again. A bad object drops itself, says
/// why in its verdict, and harms nothing else. Used by one thread.
/// </summary>
internal sealed class Translator(TranslationOptions options, TimeProvider time)
{
    private readonly ConflictIndex _conflicts = new();
    private readonly SortedDictionary<string, NamespaceTranslator> _namespaces = new(StringComparer.Ordinal);
    private readonly NamespaceTranslator _clusterScoped = new(options, new ConflictIndex());
    private ImmutableDictionary<string, DesiredState> _desired = ImmutableDictionary.Create<string, DesiredState>(StringComparer.Ordinal);
    private ImmutableArray<ObjectVerdict> _verdicts = [];
    private IngressClassTable? _classes;

    public Translation Translate(ClusterSnapshot snapshot)
    {
        _classes = IngressClassStep.Run(snapshot.ClusterScoped, options, _classes);
        var due = new HashSet<NamespaceTranslator>();
        if (_clusterScoped.Run(snapshot.ClusterScoped, _classes, time))
        {
            due.Add(_clusterScoped);
        }

        var gone = _namespaces.Keys.Where(n => !snapshot.Namespaces.ContainsKey(n)).ToList();
        foreach (var name in gone)
        {
            _namespaces[name].Close(time);
            _namespaces.Remove(name);
            _desired = _desired.Remove(name);
        }

        foreach (var (name, objects) in snapshot.Namespaces)
        {
            if (!_namespaces.TryGetValue(name, out var translator))
            {
                _namespaces.Add(name, translator = new NamespaceTranslator(options, _conflicts));
            }

            if (translator.Run(objects, _classes, time))
            {
                due.Add(translator);
                _desired = translator.Desired.Entities.IsEmpty ? _desired.Remove(name) : _desired.SetItem(name, translator.Desired);
            }
        }

        due.UnionWith(_conflicts.Settle().Where(_namespaces.ContainsKey).Select(n => _namespaces[n]));
        foreach (var translator in due)
        {
            translator.Judge();
        }

        if (due.Count > 0 || gone.Count > 0)
        {
            _verdicts = [.. _clusterScoped.Verdicts, .. _namespaces.Values.SelectMany(n => n.Verdicts)];
        }

        return new Translation(_desired, _verdicts);
    }
}
