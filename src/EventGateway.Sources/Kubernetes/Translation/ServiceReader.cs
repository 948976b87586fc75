using EventGateway.Core.Model;
using k8s.Models;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>Reads a Service and its annotations.</summary>
internal static class ServiceReader
{
    private const int DefaultTimeoutMs = 60_000;
    private const string TimeoutFix = "use milliseconds, from 1 to 2147483646";

    public static ServiceInfo Read(SourceObject item, V1Service service)
    {
        var annotations = new AnnotationSet(item.Annotations);
        ReportUnsupported(annotations);
        var references = ReadReferences(annotations);
        var externalName = ReadExternalName(service, annotations.Reasons);
        ReportBadPorts(service, annotations.Reasons);
        var info = new ServiceInfo(item, service)
        {
            Protocol = ReadProtocol(annotations),
            HostHeader = ReadHostHeader(annotations),
            References = references,
            Tls = UpstreamTlsSettings.Read(annotations, references),
            Settings = UpstreamSettings.Read(annotations),
            PathPrefix = ReadPath(annotations),
            ConnectTimeout = ReadTimeout(annotations, "konghq.com/connect-timeout"),
            ReadTimeout = ReadTimeout(annotations, "konghq.com/read-timeout"),
            WriteTimeout = ReadTimeout(annotations, "konghq.com/write-timeout"),
            Retries = annotations.ReadTuning("konghq.com/retries", Backend.DefaultRetries, "use a whole number from 0 to 32767", v => v is >= 0 and <= 32767),
            ExternalName = externalName,
            Reasons = [],
            Warnings = [],
        };
        if (info.Tls.IsGiven && !info.SpeaksTls)
        {
            annotations.Warnings.Add("metadata.annotations[konghq.com/protocol]: it is neither https nor grpcs, so the annotations for TLS towards the endpoints have no effect");
        }

        return info with { Reasons = [.. annotations.Reasons], Shortfalls = [.. annotations.Shortfalls], Warnings = [.. annotations.Warnings] };
    }

    private static TimeSpan ReadTimeout(AnnotationSet annotations, string name) =>
        TimeSpan.FromMilliseconds(annotations.ReadTuning(name, DefaultTimeoutMs, TimeoutFix, v => v is > 0 and < int.MaxValue));

    /// <summary>Null: the port says it.</summary>
    private static UpstreamProtocol? ReadProtocol(AnnotationSet annotations)
    {
        const string name = "konghq.com/protocol";
        var text = annotations.Find(name);
        switch (text?.ToLowerInvariant())
        {
            case null: return null;
            case "http" or "ws" or "tcp" or "tls_passthrough": return UpstreamProtocol.Http;
            case "https" or "wss" or "tls": return UpstreamProtocol.Https;
            case "h2c": return UpstreamProtocol.H2c;
            case "grpc": return UpstreamProtocol.Grpc;
            case "grpcs": return UpstreamProtocol.Grpcs;
            default:
                annotations.Reasons.Add(AnnotationSet.Fault(name, text, "use http, https, h2c, grpc, grpcs, tcp or tls"));
                return UpstreamProtocol.Http;
        }
    }

    private static string ReadHostHeader(AnnotationSet annotations)
    {
        const string name = "konghq.com/host-header";
        var text = annotations.Find(name) ?? "";
        if (text.Length > 0 && (Uri.CheckHostName(text.Split(':')[0]) == UriHostNameType.Unknown || text.Any(c => char.IsWhiteSpace(c) || c == ',')))
        {
            annotations.Reasons.Add(AnnotationSet.Fault(name, text, "use one host name, with a port if there is need"));
        }

        return text;
    }

    private static UpstreamReferences ReadReferences(AnnotationSet annotations)
    {
        var references = new UpstreamReferences
        {
            Policy = ReadName(annotations, "upstream-policy", annotations.Shortfalls, "until then requests go round robin, without its health checks"),
            ClientCertificate = ReadName(annotations, "client-cert", annotations.Reasons, "until then requests get 503"),
            CaSecrets = [.. (annotations.ReadList("konghq.com/ca-certificates-secrets") ?? []).Distinct()],
            CaConfigMaps = [.. (annotations.ReadList("konghq.com/ca-certificates-configmaps") ?? []).Distinct()],
        };
        return references is { Policy: "", ClientCertificate: "", CaSecrets: [], CaConfigMaps: [] } ? UpstreamReferences.None : references;
    }

    private static string ReadName(AnnotationSet annotations, string annotation, List<string> problems, string otherwise)
    {
        var name = AnnotationSet.Prefix + annotation;
        var text = annotations.Find(name);
        if (text is null || KubernetesName.IsSubdomain(text))
        {
            return text ?? "";
        }

        problems.Add(AnnotationSet.Fault(name, text, $"name one object of the Service's own namespace; {otherwise}"));
        return "";
    }

    private static string ReadPath(AnnotationSet annotations)
    {
        const string name = "konghq.com/path";
        var text = annotations.Find(name);
        if (text is null or "/")
        {
            return "";
        }

        if (!text.StartsWith('/') || text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '?' or '#'))
        {
            annotations.Reasons.Add(AnnotationSet.Fault(name, text, "use a path that begins with '/', without '?', '#' and spaces"));
        }

        return text;
    }

    private static string ReadExternalName(V1Service service, List<string> reasons)
    {
        if (service.Spec?.Type != "ExternalName")
        {
            return "";
        }

        var name = (service.Spec.ExternalName ?? "").ToLowerInvariant().TrimEnd('.');
        if (Uri.CheckHostName(name) == UriHostNameType.Unknown)
        {
            reasons.Add($"spec.externalName: '{service.Spec.ExternalName}' is not a DNS name; give the name requests are to be sent to");
        }

        return name.Length == 0 ? "invalid" : name;
    }

    private static void ReportBadPorts(V1Service service, List<string> reasons)
    {
        var ports = service.Spec?.Ports ?? [];
        for (var i = 0; i < ports.Count; i++)
        {
            if (ports[i].Port is < 1 or > 65535)
            {
                reasons.Add($"spec.ports[{i}].port: {ports[i].Port} is not a port; use 1 to 65535");
            }

            if (string.IsNullOrEmpty(ports[i].Name) && ports.Count > 1)
            {
                reasons.Add($"spec.ports[{i}].name: it is missing; a Service with several ports must name each of them");
            }

            if (ports.Take(i).Any(p => p.Name == ports[i].Name))
            {
                reasons.Add($"spec.ports[{i}].name: '{ports[i].Name}' is the name of another port already; give each its own");
            }

            if (ports[i].Name is { Length: > 0 } name && !KubernetesName.IsLabel(name))
            {
                reasons.Add($"spec.ports[{i}].name: '{name}' is not a port name; use lower-case letters, digits and '-'");
            }
        }
    }

    private static void ReportUnsupported(AnnotationSet annotations)
    {
        foreach (var name in annotations.KongNames)
        {
            switch (name[AnnotationSet.Prefix.Length..])
            {
                case "protocol" or "path" or "connect-timeout" or "read-timeout" or "write-timeout" or "retries" or "tags" or "host-header" or "upstream-policy":
                case "tls-verify" or "tls-verify-depth" or "ca-certificates-secrets" or "ca-certificates-configmaps" or "client-cert":
                    break;
                case "plugins":
                    annotations.Warnings.Add($"metadata.annotations[{name}]: plugins are not supported yet; if '{annotations.Find(name)}' authenticates, limits or rewrites, this Service is served WITHOUT it");
                    break;
                case "override" or "request-buffering" or "response-buffering":
                    annotations.Warnings.Add($"metadata.annotations[{name}]: not supported yet; it has no effect");
                    break;
                default:
                    annotations.Warnings.Add($"metadata.annotations[{name}]: no such annotation is known for a Service; it has no effect");
                    break;
            }
        }

        if (annotations.Find("ingress.kubernetes.io/service-upstream") is not null)
        {
            annotations.Warnings.Add("metadata.annotations[ingress.kubernetes.io/service-upstream]: not supported yet; requests go to the endpoints themselves");
        }
    }
}
