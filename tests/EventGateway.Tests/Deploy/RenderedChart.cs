using System.Collections.Concurrent;
using k8s;
using k8s.Models;
using YamlDotNet.Serialization;

namespace EventGateway.Tests.Deploy;

/// <summary>What <c>helm template</c> made, read strictly: an object with a field that Kubernetes does not know fails the test that asks for it.</summary>
internal sealed class RenderedChart
{
    /// <summary>The namespace that everything is rendered for.</summary>
    public const string Namespace = "gateways";

    private static readonly ConcurrentDictionary<string, RenderedChart> Rendered = new(StringComparer.Ordinal);
    private static readonly IDeserializer Plain = new DeserializerBuilder().WithDuplicateKeyChecking().Build();

    private readonly Lazy<IReadOnlyList<IKubernetesObject<V1ObjectMeta>>> _objects;

    private RenderedChart(string text)
    {
        Text = text;
        var documents = text.Split("\n---\n").Where(d => d.Split('\n').Any(l => l.Length > 0 && l[0] != '#'))
            .Select(d => (Text: d, Tree: Plain.Deserialize<Dictionary<object, object>>(d)!)).ToList();
        Foreign = [.. documents.Where(d => IsForeign(d.Tree)).Select(d => d.Tree)];
        _objects = new(() => [.. documents.Where(d => !IsForeign(d.Tree)).SelectMany(d => KubernetesYaml.LoadAllFromString(d.Text, typeMap: null, strict: true)).Cast<IKubernetesObject<V1ObjectMeta>>()]);
    }

    public string Text { get; }

    public IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects => _objects.Value;

    /// <summary>Objects of the Prometheus operator.</summary>
    public IReadOnlyList<Dictionary<object, object>> Foreign { get; }

    public IEnumerable<V1Deployment> Deployments => All<V1Deployment>();

    /// <summary>Component and pod of each Deployment and Job.</summary>
    public IEnumerable<(string Component, V1PodTemplateSpec Pod)> Pods => Deployments.Select(d => (ComponentOf(d), d.Spec.Template)).Concat(All<V1Job>().Select(j => (ComponentOf(j), j.Spec.Template)));

    public static RenderedChart Of(string name) => Rendered.GetOrAdd(name, static n => With("--values", Chart.ValuesOf(n)));

    public static RenderedChart With(params string[] arguments) =>
        new(DeployTool.Helm.Run(["template", "gateway", Chart.Folder, "--namespace", Namespace, .. arguments]));

    public static string ComponentOf(IMetadata<V1ObjectMeta> item) => item.Metadata.Labels["app.kubernetes.io/component"];

    public IEnumerable<T> All<T>() => Objects.OfType<T>();

    private static bool IsForeign(Dictionary<object, object> tree) => ((string)tree["apiVersion"]).StartsWith("monitoring.coreos.com/", StringComparison.Ordinal);
}
