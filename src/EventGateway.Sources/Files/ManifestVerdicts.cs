using System.Collections.Immutable;

namespace EventGateway.Sources.Files;

/// <summary>Joins what reading and what translating found.</summary>
internal static class ManifestVerdicts
{
    /// <summary>An object that cannot be read now is refused, whatever became of its last good version.</summary>
    public static ImmutableArray<ObjectVerdict> Join(ImmutableArray<ObjectVerdict> translated, IReadOnlyCollection<LocatedFault> faults)
    {
        if (faults.Count == 0)
        {
            return translated;
        }

        var replaced = faults.Where(f => f.KeepsOld && f.Fault.Id is not null)
            .Select(f => (f.File, f.Fault.Id!.Value.Kind, f.Fault.Id.Value.Namespace, f.Fault.Id.Value.Name))
            .ToHashSet();
        var kept = translated.Where(v => replaced.Count == 0 || !replaced.Contains((v.Source[..Math.Max(0, v.Source.LastIndexOf(':'))], v.Kind, v.Namespace, v.Name)));
        return [.. faults.Select(f => f.ToVerdict()), .. kept];
    }
}
