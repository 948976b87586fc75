using System.Collections.Immutable;
using EventGateway.Core.Model;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>A Service as routes need it. The same instance as long as the Service is the same object.</summary>
internal sealed record ServiceInfo(SourceObject Object, V1Service Service)
{
    /// <summary>Empty: the Service can be used.</summary>
    public required ImmutableArray<string> Reasons { get; init; }

    /// <summary>Whether it cannot be used only because something it names could not be read.</summary>
    public bool IsTentative { get; init; }

    /// <summary>What of it is not in use, though it is served.</summary>
    public ImmutableArray<string> Shortfalls { get; init; } = [];

    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>For all ports; null: each port's own.</summary>
    public UpstreamProtocol? Protocol { get; init; }

    /// <summary>"": none of its own.</summary>
    public string HostHeader { get; init; } = "";

    public UpstreamReferences References { get; init; } = UpstreamReferences.None;

    public required UpstreamTlsSettings Tls { get; init; }

    public required UpstreamSettings Settings { get; init; }

    public string PathPrefix { get; init; } = "";

    public TimeSpan ConnectTimeout { get; init; }

    public TimeSpan ReadTimeout { get; init; }

    public TimeSpan WriteTimeout { get; init; }

    public int Retries { get; init; }

    /// <summary>DNS name or address of a Service of type ExternalName; "" for the others.</summary>
    public string ExternalName { get; init; } = "";

    public bool IsExternal => ExternalName.Length > 0;

    public string Name => Object.Id.Name;

    public string Namespace => Object.Id.Namespace;

    /// <summary>What EndpointSlices and backends of this Service share.</summary>
    public string EndpointsGroup => $"{Namespace}/{Name}";

    /// <summary>Whether any of its ports is called over TLS.</summary>
    public bool SpeaksTls => (Service.Spec?.Ports ?? []).Any(p => PortProtocol.IsTls(ProtocolOf(p))) || PortProtocol.IsTls(Protocol ?? UpstreamProtocol.Http);

    /// <summary>The port a backend reference means; null with a <paramref name="problem"/> when there is none.</summary>
    public ServicePortChoice? FindPort(V1ServiceBackendPort? reference, out string problem)
    {
        var ports = Service.Spec?.Ports ?? [];
        problem = "";
        if (reference is null || (string.IsNullOrEmpty(reference.Name) && reference.Number is null))
        {
            problem = $"no port is given; {PortsText(ports)}";
            return null;
        }

        if (IsExternal && ports.Count == 0 && reference.Number is { } number)
        {
            if (number is >= 1 and <= 65535)
            {
                return new ServicePortChoice("", number, number, Protocol ?? UpstreamProtocol.Http);
            }

            problem = $"{number} is not a port; use 1 to 65535";
            return null;
        }

        var port = string.IsNullOrEmpty(reference.Name)
            ? ports.FirstOrDefault(p => p.Port == reference.Number)
            : ports.FirstOrDefault(p => p.Name == reference.Name);
        if (port is not null)
        {
            return new ServicePortChoice(port.Name ?? "", port.Port, TargetOf(port), ProtocolOf(port));
        }

        var wanted = string.IsNullOrEmpty(reference.Name) ? $"{reference.Number}" : $"'{reference.Name}'";
        problem = $"Service {EndpointsGroup} has no port {wanted}; {PortsText(ports)}";
        return null;
    }

    private UpstreamProtocol ProtocolOf(V1ServicePort port) => Protocol ?? PortProtocol.Of(port.AppProtocol);

    // A port name as target stands for a number that only the endpoints know.
    private static int TargetOf(V1ServicePort port) =>
        int.TryParse(port.TargetPort?.Value, out var target) && target is >= 1 and <= 65535 ? target : port.Port;

    private static string PortsText(IList<V1ServicePort> ports) => ports.Count == 0
        ? "it has no ports at all"
        : $"its ports are {string.Join(", ", ports.Select(p => string.IsNullOrEmpty(p.Name) ? $"{p.Port}" : $"{p.Port} ({p.Name})"))}";
}
