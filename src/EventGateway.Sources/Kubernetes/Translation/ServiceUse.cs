namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>A Service an Ingress names, as it was when the Ingress was translated; null: there was none.</summary>
internal readonly record struct ServiceUse(string Name, ServiceInfo? Service);
