using System.Collections.Immutable;
using EventGateway.Core.Log;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>Which workspace a namespace is: the one of its name, or the one that its label names. Never do two namespaces share one.</summary>
internal sealed class WorkspaceNames
{
    public const string Label = "eventgateway.io/workspace";

    public static readonly WorkspaceNames Empty = new([]);

    private readonly Dictionary<string, string?> _workspaces = new(StringComparer.Ordinal);

    public WorkspaceNames(IEnumerable<V1Namespace> namespaces)
    {
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        var problems = ImmutableArray.CreateBuilder<string>();

        // The older object wins, then the name decides, as everywhere.
        foreach (var item in namespaces.OrderBy(n => n.Metadata.CreationTimestamp ?? DateTime.MaxValue).ThenBy(n => n.Metadata.Name, StringComparer.Ordinal))
        {
            var (name, label) = (item.Metadata.Name, item.Metadata.Labels?.TryGetValue(Label, out var text) == true ? text : "");
            if (label.Length > 0 && !LogName.IsLabel(label))
            {
                problems.Add($"Namespace {name}: metadata.labels[{Label}]: '{label}' is not a workspace; use 1 to 63 lower-case letters, digits and '-'. It is workspace '{name}' until then");
                label = "";
            }

            var workspace = label.Length > 0 ? label : name;
            if (owners.TryAdd(workspace, name))
            {
                _workspaces[name] = workspace;
                continue;
            }

            _workspaces[name] = null;
            problems.Add($"Namespace {name} is refused: workspace '{workspace}' belongs to Namespace {owners[workspace]}, which is older; give it another one with the label {Label}");
        }

        Problems = problems.ToImmutable();
    }

    public ImmutableArray<string> Problems { get; }

    public bool Knows(string @namespace) => _workspaces.ContainsKey(@namespace);

    /// <summary>Null: it is refused. One that is not known is the workspace of its name.</summary>
    public string? WorkspaceOf(string @namespace) => _workspaces.TryGetValue(@namespace, out var workspace) ? workspace : @namespace;
}
