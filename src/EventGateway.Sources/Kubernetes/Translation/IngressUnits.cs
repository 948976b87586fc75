namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>The units of one kind of ingress of one namespace, with what they claim. Used by one thread.</summary>
internal sealed class IngressUnits(ConflictIndex conflicts)
{
    private readonly UnitTable<string, IngressUnit> _units = new();

    public IReadOnlyCollection<IngressUnit> Units => _units.Units;

    public void Run(NamespacePass pass, Dictionary<string, int> places, Dictionary<string, ServiceUpstream> services, Func<SourceObject, IngressUnit> translate)
    {
        _units.Begin();
        foreach (var (name, place) in places)
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

                unit = translate(item);
                _units.Put(name, unit, pass.Changes);
                conflicts.Add(unit);
            }

            pass.BackendUses.UnionWith(unit.Backends);
            pass.Judge(place, unit.Draft);
        }

        foreach (var gone in _units.Sweep(pass.Changes))
        {
            conflicts.Remove(gone);
        }
    }
}
