using System.Collections.Immutable;
using EventGateway.Core.Publishing;
using EventGateway.Sources.Kubernetes.Translation;

namespace EventGateway.Sources.Files;

/// <summary>Files to translation, from change to change. Used by one thread.</summary>
internal sealed class ManifestReading
{
    private readonly ManifestTree _tree;
    private readonly Translator _translator;
    private ClusterSnapshot? _snapshot;

    private ManifestReading(ManifestTree tree, Translator translator)
    {
        _tree = tree;
        _translator = translator;
    }

    public static ManifestReading Of(ManifestTree tree, ManifestSourceOptions options, TimeProvider time) =>
        new(tree, new Translator(new TranslationOptions { IngressClasses = [.. options.IngressClasses], TakeClassless = true }, time));

    /// <param name="written">See <see cref="ManifestTree"/>: full paths to read whatever their times say; null: all.</param>
    public Translation Next(IReadOnlySet<string>? written)
    {
        _tree.Refresh(written);
        _snapshot = ClusterSnapshot.Of(_tree.Objects, _snapshot);
        var translation = _translator.Translate(_snapshot);
        return translation with { All = new Lazy<ImmutableArray<ObjectVerdict>>(ManifestVerdicts.Join(translation.Verdicts, _tree.Faults.ToList())) };
    }

    /// <summary>See <see cref="SourceState.IsPartial"/>.</summary>
    public bool IsPartial => _tree.IsPartial;

    public bool LooksChanged() => _tree.LooksChanged();
}
