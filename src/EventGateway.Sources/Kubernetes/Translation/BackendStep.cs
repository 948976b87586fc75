using EventGateway.Core.Model;
using EventGateway.Core.Publishing;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Service: a backend for each port in use, and the endpoint of an ExternalName.</summary>
internal sealed class BackendStep
{
    private readonly UnitTable<BackendUse, BackendUnit> _backends = new();
    private readonly UnitTable<string, BackendUnit> _external = new();

    public void Run(NamespacePass pass, Dictionary<string, ServiceUpstream> services)
    {
        _backends.Begin();
        _external.Begin();
        foreach (var use in pass.BackendUses)
        {
            var upstream = services[use.Service];
            pass.ServicesInUse.TryAdd(use.Service, upstream.Service);
            Take(_backends, use, upstream, pass.Changes, () => BackendFactory.Make(use.Port, upstream));
            if (upstream.ClientCertificate is not null && PortProtocol.IsTls(use.Port.Protocol))
            {
                pass.ClientCertificates.Add(upstream.Service.References.ClientCertificate);
            }
        }

        foreach (var (name, service) in pass.ServicesInUse)
        {
            if (service.IsExternal)
            {
                Take(_external, name, services[name], pass.Changes, () => EndpointOf(service));
            }
        }

        _backends.Sweep(pass.Changes);
        _external.Sweep(pass.Changes);
    }

    private static void Take<TKey>(UnitTable<TKey, BackendUnit> table, TKey key, ServiceUpstream upstream, StateChanges changes, Func<Entity> make)
        where TKey : notnull
    {
        if (table.Find(key) is { } unit && ReferenceEquals(unit.Upstream, upstream))
        {
            table.Keep(unit);
        }
        else
        {
            table.Put(key, new BackendUnit(upstream) { Entities = [new DesiredEntity(make(), upstream.Service.Object.Provenance) { IsTentative = upstream.IsTentative }] }, changes);
        }
    }

    private static Endpoints EndpointOf(ServiceInfo service) => new(EntityKey.Endpoints(service.Namespace, $"external-name:{service.Name}"))
    {
        Group = service.EndpointsGroup,
        Addresses = [new EndpointAddress(service.ExternalName)],
    };
}
