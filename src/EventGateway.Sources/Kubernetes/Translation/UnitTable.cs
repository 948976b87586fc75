namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>The units of one step of one namespace, from pass to pass. Used by one thread.</summary>
internal sealed class UnitTable<TKey, TUnit>
    where TKey : notnull
    where TUnit : TranslationUnit
{
    private readonly Dictionary<TKey, TUnit> _units = [];
    private int _pass;
    private int _used;

    /// <summary>Units in use, in no particular order.</summary>
    public IReadOnlyCollection<TUnit> Units => _units.Values;

    public void Begin()
    {
        _pass++;
        _used = 0;
    }

    public TUnit? Find(TKey key) => _units.GetValueOrDefault(key);

    public bool IsUsed(TUnit unit) => unit.Pass == _pass;

    public void Keep(TUnit unit)
    {
        if (unit.Pass != _pass)
        {
            unit.Pass = _pass;
            _used++;
        }
    }

    /// <summary>Puts a unit in the place of the one its key had.</summary>
    public void Put(TKey key, TUnit unit, StateChanges changes)
    {
        if (_units.TryGetValue(key, out var before))
        {
            changes.Remove(before.Entities);
        }

        changes.Put(unit.Entities);
        _units[key] = unit;
        Keep(unit);
    }

    /// <summary>Drops the units this pass had no use for.</summary>
    public IReadOnlyList<TUnit> Sweep(StateChanges changes)
    {
        if (_used == _units.Count)
        {
            return [];
        }

        var gone = _units.Where(u => u.Value.Pass != _pass).ToList();
        foreach (var (key, unit) in gone)
        {
            changes.Remove(unit.Entities);
            _units.Remove(key);
        }

        return gone.ConvertAll(g => g.Value);
    }
}
