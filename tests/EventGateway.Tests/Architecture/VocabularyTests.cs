using System.Text.RegularExpressions;

namespace EventGateway.Tests.Architecture;

/// <summary>The log is the only bridge between where config comes from and where requests go: each side has its own words.</summary>
public sealed partial class VocabularyTests
{
    [Fact]
    public void Proxy_Identifiers_HoldNoKubernetesWord() => AssertNone("EventGateway.Proxy", KubernetesWord());

    [Fact]
    public void Core_Identifiers_HoldNoKubernetesWord() => AssertNone("EventGateway.Core", KubernetesWord());

    [Fact]
    public void Sources_Identifiers_HoldNoPipelineWord() => AssertNone("EventGateway.Sources", PipelineWord());

    [Fact]
    public void Core_Identifiers_HoldNoPipelineWord() => AssertNone("EventGateway.Core", PipelineWord());

    private static void AssertNone(string project, Regex words)
    {
        var findings = string.Join('\n',
            from file in SourceFile.OfProduct
            where file.Project == project
            from identifier in file.Identifiers.Distinct()
            where words.IsMatch(identifier)
            select $"{file.Path}: {identifier}");
        Assert.True(findings.Length == 0, findings);
    }

    [GeneratedRegex("Kubernetes|Kube[A-Z]|K8s|Ingress|EndpointSlice|ConfigMap|GatewayClass|HttpRoute|Annotation|^V1[A-Z]")]
    private static partial Regex KubernetesWord();

    [GeneratedRegex("HttpContext|HttpRequest(?!Line|Message|Exception|Async)|HttpResponse(?!Message)|Yarp|Kestrel|AspNetCore|Middleware|RequestDelegate|ReverseProxy|Forwarder")]
    private static partial Regex PipelineWord();
}
