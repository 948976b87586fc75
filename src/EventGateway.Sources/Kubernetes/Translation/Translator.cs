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
    private ImmutableSortedDictionary<string, ImmutableArray<JudgedObject>> _judged = ImmutableSortedDictionary.Create<string, ImmutableArray<JudgedObject>>(StringComparer.Ordinal);
    private Lazy<ImmutableArray<ObjectVerdict>> _verdicts = new([]);
    private IngressClassTable? _classes;

    public Translation Translate(ClusterSnapshot snapshot)
    {
        _classes = IngressClassStep.Run(snapshot.ClusterScoped, options, _classes);
        var due = new Dictionary<string, NamespaceTranslator>(StringComparer.Ordinal);
        if (_clusterScoped.Run(snapshot.ClusterScoped, _classes, time))
        {
            due.Add("", _clusterScoped);
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
                due.Add(name, translator);
                _desired = translator.Desired.Entities.IsEmpty ? _desired.Remove(name) : _desired.SetItem(name, translator.Desired);
            }
        }

        foreach (var name in _conflicts.Settle())
        {
            if (_namespaces.TryGetValue(name, out var translator))
            {
                due[name] = translator;
            }
        }

        var judged = ImmutableArray.CreateBuilder<NamespaceVerdicts>(due.Count + gone.Count);
        foreach (var (name, translator) in due)
        {
            translator.Judge();
            _judged = _judged.SetItem(name, translator.Verdicts);
            judged.Add(new NamespaceVerdicts(name, translator.Verdicts));
        }

        judged.AddRange(gone.Select(n => new NamespaceVerdicts(n, [])));
        _judged = _judged.RemoveRange(gone);
        if (judged.Count > 0)
        {
            var all = _judged;
            _verdicts = new Lazy<ImmutableArray<ObjectVerdict>>(() => [.. all.Values.SelectMany(o => o).Select(o => o.Verdict)]);
        }

        return new Translation(_desired, judged.ToImmutable(), _verdicts);
    }

    /// <summary>What objects of a namespace name, by the last translation.</summary>
    public ReferencedNames ReferencesOf(string @namespace) => _namespaces.TryGetValue(@namespace, out var translator) ? translator.References : ReferencedNames.None;
}
