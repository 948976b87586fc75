using EventGateway.Sources.Kubernetes.Translation;

namespace EventGateway.Sources.Files;

/// <summary>A fault with its place among the files.</summary>
/// <param name="KeepsOld">Whether what was read there before stays in use.</param>
internal sealed record LocatedFault(string File, int FirstLine, ManifestFault Fault, bool KeepsOld)
{
    public ObjectVerdict ToVerdict()
    {
        var id = Fault.Id ?? new ObjectId("", "", "", "");
        var reasons = Fault.Problems.Select(p => $"line {Absolute(p)}: {p.Message}");
        if (KeepsOld)
        {
            reasons = reasons.Append(Fault.Id is null
                ? "what this file held before and cannot be read now stays in use as it was"
                : "the last good version stays in use");
        }

        return new ObjectVerdict(id.Kind, Fault.ApiVersion, id.Namespace, id.Name, new SourceLocation(File, Absolute(Fault.Problems[0])).ToString(), VerdictOutcome.Refused)
        {
            Reasons = [.. reasons],
        };
    }

    private int Absolute(ManifestProblem problem) => FirstLine + problem.Line - 1;
}
