using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>Finds what the library leaves out of a kubeconfig file: users' <c>tokenFile</c>.</summary>
internal static class KubeConfigTokenFiles
{
    /// <summary>Full paths by the users' names.</summary>
    /// <exception cref="YamlException">It is no YAML.</exception>
    public static IReadOnlyDictionary<string, string> Read(string file)
    {
        var found = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        using var text = File.OpenText(file);
        var stream = new YamlStream();
        stream.Load(text);
        var users = stream.Documents is [var document, ..] && document.RootNode is YamlMappingNode root && Find(root, "users") is YamlSequenceNode list ? list.Children : [];
        foreach (var user in users.OfType<YamlMappingNode>())
        {
            if (Find(user, "name") is YamlScalarNode { Value: { } name }
                && Find(user, "user") is YamlMappingNode credentials && Find(credentials, "tokenFile") is YamlScalarNode { Value.Length: > 0 } path)
            {
                found[name] = Path.GetFullPath(path.Value!, Path.GetDirectoryName(Path.GetFullPath(file))!);
            }
        }

        return found;
    }

    private static YamlNode? Find(YamlMappingNode mapping, string name) => mapping.Children.TryGetValue(new YamlScalarNode(name), out var node) ? node : null;
}
