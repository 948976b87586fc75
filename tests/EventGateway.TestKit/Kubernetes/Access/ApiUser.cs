namespace EventGateway.TestKit.Kubernetes.Access;

/// <summary>Who asks.</summary>
public sealed record ApiUser(string Name, IReadOnlyList<string> Groups)
{
    public const string Masters = "system:masters";
    public const string Authenticated = "system:authenticated";

    public static readonly ApiUser Admin = new("kubernetes-admin", [Masters, Authenticated]);
    public static readonly ApiUser Anonymous = new("system:anonymous", ["system:unauthenticated"]);

    public static ApiUser ServiceAccount(string ns, string name) =>
        new($"system:serviceaccount:{ns}:{name}", ["system:serviceaccounts", $"system:serviceaccounts:{ns}", Authenticated]);
}
