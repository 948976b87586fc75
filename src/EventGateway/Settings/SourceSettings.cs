using System.Collections.Immutable;
using System.Text.RegularExpressions;
using EventGateway.Sources.Kubernetes.Watch;

namespace EventGateway.Settings;

/// <summary>Where config comes from, and what of it is ours.</summary>
/// <param name="Manifests">Empty when a cluster is read.</param>
/// <param name="Cluster">Null: manifests are read.</param>
/// <param name="MassDeleteLimit">Percent of a log's entities; 100: never hold.</param>
internal sealed partial record SourceSettings(
    string Origin, ImmutableArray<string> Manifests, ClusterSourceOptions? Cluster, ImmutableArray<string> IngressClasses, int MassDeleteLimit)
{
    private const int DefaultMassDeleteLimit = 20;

    /// <summary>The ways to say which namespaces of a cluster are ours.</summary>
    private static readonly ImmutableArray<Setting> Ways = [SettingCatalog.Namespaces, SettingCatalog.NamespaceSelector, SettingCatalog.AllNamespaces];

    public static SourceSettings Read(SettingsReader reader, Setting origin)
    {
        var name = reader.RequiredLabel(origin, "cluster-a");
        var isCluster = Ways.Any(reader.IsSet);
        CheckChoice(reader, isCluster);
        var classes = IngressClassSetting.Read(reader);
        return new SourceSettings(
            name,
            isCluster ? [] : ReadManifests(reader),
            isCluster ? ReadCluster(reader, classes) : null,
            classes,
            reader.Number(SettingCatalog.MassDeleteLimit, 1, 100, "is not a percentage; use 1 to 100, where 100 never holds anything") ?? DefaultMassDeleteLimit);
    }

    public static void CheckPaths(SettingsReader reader, ImmutableArray<string> paths, string from)
    {
        foreach (var path in paths.Where(p => p != "-" && !File.Exists(p) && !Directory.Exists(p)))
        {
            // A misspelt flag behind a list of paths looks like one of them.
            reader.Fault(from, path.StartsWith("--", StringComparison.Ordinal) ? $"there is no flag '{path}'" : $"there is no file or folder '{path}'");
        }
    }

    private static void CheckChoice(SettingsReader reader, bool isCluster)
    {
        var ways = Ways.Where(reader.IsSet).Select(s => s.Flag).ToList();
        if (ways.Count > 1)
        {
            reader.Fault(string.Join(" and ", ways), "choose the namespaces in one way only");
        }

        if (isCluster && reader.IsSet(SettingCatalog.Manifests))
        {
            reader.Fault($"{SettingCatalog.Manifests.Flag} and {ways[0]}", "name one source, either manifests or a cluster");
        }

        foreach (var setting in new[] { SettingCatalog.Kubeconfig, SettingCatalog.SecretSelector }.Where(s => !isCluster && reader.IsSet(s)))
        {
            reader.Fault(reader.From(setting), $"it is for reading a cluster; say which namespaces, too: {string.Join(", ", Ways.Select(w => w.Flag))}");
        }
    }

    private static ImmutableArray<string> ReadManifests(SettingsReader reader)
    {
        var paths = reader.List(SettingCatalog.Manifests);
        if (paths.IsEmpty && !reader.IsSet(SettingCatalog.Kubeconfig))
        {
            reader.Fault(
                SettingCatalog.Manifests.Flag,
                $"a source is required; give for example {SettingCatalog.Manifests.Flag} ./manifests, or for a cluster one of {string.Join(", ", Ways.Select(w => w.Flag))}");
        }

        CheckPaths(reader, paths, reader.From(SettingCatalog.Manifests));
        return paths;
    }

    private static ClusterSourceOptions ReadCluster(SettingsReader reader, ImmutableArray<string> classes)
    {
        var kubeconfig = reader.Text(SettingCatalog.Kubeconfig);
        if (ClusterConnection.WhyUnusable(kubeconfig) is { } fault)
        {
            reader.Fault(reader.From(SettingCatalog.Kubeconfig), fault);
        }

        return new ClusterSourceOptions
        {
            Kubeconfig = kubeconfig,
            Namespaces = [.. reader.Labels(SettingCatalog.Namespaces)],
            NamespaceSelector = ReadSelector(reader, SettingCatalog.NamespaceSelector),
            AllNamespaces = reader.Switch(SettingCatalog.AllNamespaces),
            SecretSelector = ReadSelector(reader, SettingCatalog.SecretSelector),
            IngressClasses = [.. classes],
        };
    }

    private static string ReadSelector(SettingsReader reader, Setting setting)
    {
        var text = reader.Text(setting) ?? "";
        if (reader.IsSet(setting) && !Selector().IsMatch(text))
        {
            reader.Fault(reader.From(setting), $"'{text}' is not a label selector; use for example team=a, team!=a, 'team in (a,b)' or a list of these with commas");
        }

        return text;
    }

    [GeneratedRegex(@"^\s*(?:!?\s*[\w./-]+|[\w./-]+\s*(?:==?|!=)\s*[\w.-]*|[\w./-]+\s+(?:in|notin)\s*\([\w.,\s-]+\))(?:\s*,\s*(?:!?\s*[\w./-]+|[\w./-]+\s*(?:==?|!=)\s*[\w.-]*|[\w./-]+\s+(?:in|notin)\s*\([\w.,\s-]+\)))*\s*$")]
    private static partial Regex Selector();
}
