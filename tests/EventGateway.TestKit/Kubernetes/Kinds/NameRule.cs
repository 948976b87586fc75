namespace EventGateway.TestKit.Kubernetes.Kinds;

/// <summary>What names the objects of a kind may have.</summary>
public enum NameRule
{
    /// <summary>RFC 1123 subdomain: labels with dots between them, 253 characters.</summary>
    Subdomain,

    /// <summary>RFC 1123 label, 63 characters.</summary>
    Label,

    /// <summary>RFC 1123 label that begins with a letter (RFC 1035), 63 characters.</summary>
    LetterLabel,

    /// <summary>Anything that can stand in a path, as RBAC objects are called.</summary>
    PathSegment,
}
