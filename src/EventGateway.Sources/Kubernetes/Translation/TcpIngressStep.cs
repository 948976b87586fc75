namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>TCPIngress: stream routes, and what they need of other objects.</summary>
internal sealed class TcpIngressStep(ConflictIndex conflicts)
{
    private readonly IngressUnits _units = new(conflicts);

    public void Run(NamespacePass pass, Dictionary<string, ServiceUpstream> services) =>
        _units.Run(pass, pass.TcpIngresses, services, item => TcpIngressTranslator.Translate(item, pass.Classes, services));

    /// <summary>The units of this pass.</summary>
    public IReadOnlyCollection<IngressUnit> Units => _units.Units;
}
