namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>Which cluster is read, and what of it. One of the three ways to choose namespaces is to be used.</summary>
public sealed class ClusterSourceOptions
{
    /// <summary>File that says how to reach the API server. Null: as a pod by its service account, else as kubectl does.</summary>
    public string? Kubeconfig { get; set; }

    /// <summary>The namespaces that are ours. Nothing outside them is asked for that a Role could not allow.</summary>
    public IList<string> Namespaces { get; set; } = [];

    /// <summary>Label selector of the namespaces that are ours, as they come and go; "": none.</summary>
    public string NamespaceSelector { get; set; } = "";

    /// <summary>Whether all namespaces are ours.</summary>
    public bool AllNamespaces { get; set; }

    /// <summary>Label selector of the Secrets that may be read; "": those of type kubernetes.io/tls, and others by name where an object of ours names them.</summary>
    public string SecretSelector { get; set; } = "";

    /// <summary>Ingress classes that are ours without an IngressClass object saying so.</summary>
    public IList<string> IngressClasses { get; set; } = ["eventgateway", "kong"];
}
