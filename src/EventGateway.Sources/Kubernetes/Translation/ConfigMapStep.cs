namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>ConfigMap: judges those that hold CA certificates some Service names.</summary>
internal static class ConfigMapStep
{
    public static void Judge(NamespacePass pass, NamespaceObjects objects)
    {
        foreach (var (name, place) in pass.ConfigMaps)
        {
            pass.Judge(place, objects.CaConfigMaps.Asked(name)?.Judge(pass.Now) ?? VerdictDraft.Skipped("no Service names it in konghq.com/ca-certificates-configmaps"));
        }
    }
}
