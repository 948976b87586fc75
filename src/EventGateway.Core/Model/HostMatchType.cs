namespace EventGateway.Core.Model;

public enum HostMatchType
{
    Exact = 0,

    /// <summary><c>*</c> stands for exactly one label (Ingress).</summary>
    OneLabel = 1,

    /// <summary><c>*</c> stands for one or more labels (Gateway API, Kong).</summary>
    Suffix = 2,
}
