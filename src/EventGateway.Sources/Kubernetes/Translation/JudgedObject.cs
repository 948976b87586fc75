namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>A verdict and what it was made of, to tell whether it still holds.</summary>
internal sealed record JudgedObject(PlacedObject Placed, VerdictDraft Draft, ObjectVerdict Verdict)
{
    public static JudgedObject Of(PlacedObject placed, VerdictDraft draft)
    {
        var id = placed.Object.Id;
        return new JudgedObject(
            placed,
            draft,
            new ObjectVerdict(id.Kind, placed.Object.ApiVersion, id.Namespace, id.Name, placed.Location.ToString(), draft.Outcome) { Reasons = draft.Reasons, Warnings = draft.Warnings });
    }

    public bool IsOf(PlacedObject placed, VerdictDraft draft) => Placed.Location == placed.Location
        && (ReferenceEquals(Placed.Object, placed.Object) || (Placed.Object.Id == placed.Object.Id && Placed.Object.ApiVersion == placed.Object.ApiVersion))
        && Draft.Says(draft);
}
