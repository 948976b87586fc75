using System.Collections.Immutable;

namespace EventGateway.Settings;

/// <summary>Where the manifests come from, and which of them are ours.</summary>
/// <param name="MassDeleteLimit">Percent of a log's entities; 100: never hold.</param>
internal sealed record SourceSettings(string Origin, ImmutableArray<string> Manifests, ImmutableArray<string> IngressClasses, int MassDeleteLimit)
{
    private const int DefaultMassDeleteLimit = 20;

    public static SourceSettings Read(SettingsReader reader, Setting origin)
    {
        RefuseWhatIsNotThereYet(reader);
        return new SourceSettings(
            reader.RequiredLabel(origin, "cluster-a"),
            ReadManifests(reader),
            IngressClassSetting.Read(reader),
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

    private static ImmutableArray<string> ReadManifests(SettingsReader reader)
    {
        var paths = reader.RequiredList(SettingCatalog.Manifests, "./manifests");
        CheckPaths(reader, paths, reader.From(SettingCatalog.Manifests));
        return paths;
    }

    private static void RefuseWhatIsNotThereYet(SettingsReader reader)
    {
        var cluster = SettingCatalog.NotYet.Where(reader.IsSet).ToList();
        foreach (var setting in cluster)
        {
            reader.Fault(reader.From(setting), "reading from a cluster is not available yet; give manifests with --manifests");
        }

        if (cluster.Count > 0 && reader.IsSet(SettingCatalog.Manifests))
        {
            reader.Fault($"{SettingCatalog.Manifests.Flag} and {cluster[0].Flag}", "name one source, either manifests or a cluster");
        }
    }
}
