using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Ingress: routes, and what they need of other objects.</summary>
internal sealed class IngressStep(ConflictIndex conflicts)
{
    private readonly UnitTable<string, IngressUnit> _units = new();

    public void Run(NamespacePass pass, Dictionary<string, ServiceInfo> services)
    {
        _units.Begin();
        foreach (var (name, place) in pass.Ingresses)
        {
            var item = pass[place];
            var unit = _units.Find(name);
            if (unit is not null && unit.IsCurrent(item, pass.Classes, services))
            {
                _units.Keep(unit);
            }
            else
            {
                if (unit is not null)
                {
                    conflicts.Remove(unit);
                }

                unit = IngressTranslator.Translate(item, (V1Ingress)item.Typed!, pass.Classes, services);
                _units.Put(name, unit, pass.Changes);
                conflicts.Add(unit);
            }

            foreach (var use in unit.Backends)
            {
                pass.BackendUses.TryAdd(use, services[use.Service]);
            }

            pass.Judge(place, unit.Draft);
        }

        foreach (var gone in _units.Sweep(pass.Changes))
        {
            conflicts.Remove(gone);
        }
    }

    /// <summary>The units of this pass.</summary>
    public IReadOnlyCollection<IngressUnit> Units => _units.Units;
}
