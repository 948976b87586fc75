using EventGateway.Core.Model;
using EventGateway.Core.Publishing;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Service: a backend for each port in use, and the endpoint of an ExternalName.</summary>
internal sealed class BackendStep
{
    private readonly UnitTable<BackendUse, BackendUnit> _backends = new();
    private readonly UnitTable<string, BackendUnit> _external = new();

    public void Run(NamespacePass pass)
    {
        _backends.Begin();
        _external.Begin();
        foreach (var (use, service) in pass.BackendUses)
        {
            pass.ServicesInUse.TryAdd(use.Service, service);
            Take(_backends, use, service, pass.Changes, () => BackendOf(use, service));
        }

        foreach (var (name, service) in pass.ServicesInUse)
        {
            if (service.IsExternal)
            {
                Take(_external, name, service, pass.Changes, () => EndpointOf(service));
            }
        }

        _backends.Sweep(pass.Changes);
        _external.Sweep(pass.Changes);
    }

    private static void Take<TKey>(UnitTable<TKey, BackendUnit> table, TKey key, ServiceInfo service, StateChanges changes, Func<Entity> make)
        where TKey : notnull
    {
        if (table.Find(key) is { } unit && ReferenceEquals(unit.Service, service))
        {
            table.Keep(unit);
        }
        else
        {
            table.Put(key, new BackendUnit(service) { Entities = [new DesiredEntity(make(), service.Object.Provenance)] }, changes);
        }
    }

    private static Backend BackendOf(BackendUse use, ServiceInfo service) => new(EntityKey.Backend(service.Namespace, service.Name, use.Port.KeyPart))
    {
        Protocol = service.Protocol,
        EndpointsGroup = service.EndpointsGroup,
        PortName = use.Port.Name,
        DefaultPort = use.Port.Target,
        PathPrefix = service.PathPrefix,
        ConnectTimeout = service.ConnectTimeout,
        ReadTimeout = service.ReadTimeout,
        WriteTimeout = service.WriteTimeout,
        Retries = service.Retries,
        Source = $"Service {service.EndpointsGroup}:{use.Port.KeyPart}",
    };

    private static Endpoints EndpointOf(ServiceInfo service) => new(EntityKey.Endpoints(service.Namespace, $"external-name:{service.Name}"))
    {
        Group = service.EndpointsGroup,
        Addresses = [new EndpointAddress(service.ExternalName)],
    };
}
