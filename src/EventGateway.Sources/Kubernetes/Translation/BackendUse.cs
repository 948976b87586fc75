namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>A port of a Service that some route sends requests to.</summary>
internal readonly record struct BackendUse(string Service, ServicePortChoice Port);
