using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Ingress: routes, and what they need of other objects.</summary>
internal sealed class IngressStep(ConflictIndex conflicts)
{
    private readonly IngressUnits _units = new(conflicts);

    public void Run(NamespacePass pass, Dictionary<string, ServiceUpstream> services) =>
        _units.Run(pass, pass.Ingresses, services, item => IngressTranslator.Translate(item, (V1Ingress)item.Typed!, pass.Classes, services));

    /// <summary>The units of this pass.</summary>
    public IReadOnlyCollection<IngressUnit> Units => _units.Units;
}
