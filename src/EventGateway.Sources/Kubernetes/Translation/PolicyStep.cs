namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>KongUpstreamPolicy: judges each; Services bring them to their backends.</summary>
internal static class PolicyStep
{
    public static void Judge(NamespacePass pass, NamespaceObjects objects)
    {
        foreach (var (name, place) in pass.Policies)
        {
            var isNamed = objects.Policies.Asked(name) is not null;
            var policy = objects.Policies.Get(pass, pass.Policies, name)!;
            pass.Judge(place, VerdictDraft.From(
                policy.Reasons,
                isNamed ? policy.Warnings : policy.Warnings.Add("no Service of its namespace names it in konghq.com/upstream-policy; it has no effect")));
        }
    }
}
