using System.Text;

namespace EventGateway.EndToEnd.Tests.Fixtures;

/// <summary>Kubernetes YAML as teams write it.</summary>
internal static class Manifest
{
    public static string All(params IEnumerable<string> documents) => string.Join("---\n", documents);

    /// <summary>One rule with one path.</summary>
    /// <param name="created">When the object was made; null: it does not say.</param>
    /// <param name="tlsSecret">The secret that holds the host's certificate; null: no TLS.</param>
    public static string Ingress(string workspace, string name, string host, string path, string service, string? created = null, string? tlsSecret = null)
    {
        var text = new StringBuilder(
            $"""
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              name: {name}
              namespace: {workspace}

            """);
        if (created is not null)
        {
            text.Append($"  creationTimestamp: \"{created}\"\n");
        }

        text.Append("spec:\n  ingressClassName: eventgateway\n");
        if (tlsSecret is not null)
        {
            text.Append($"  tls:\n    - hosts: [\"{host}\"]\n      secretName: {tlsSecret}\n");
        }

        return text.Append(
            $$"""
              rules:
                - host: "{{host}}"
                  http:
                    paths:
                      - path: {{path}}
                        pathType: Prefix
                        backend: { service: { name: {{service}}, port: { name: http } } }

            """).ToString();
    }

    /// <summary>A Service and its one ready endpoint on the loopback address.</summary>
    public static string Backend(string workspace, string name, int port) =>
        $$"""
        apiVersion: v1
        kind: Service
        metadata: { name: {{name}}, namespace: {{workspace}} }
        spec:
          ports: [{ name: http, port: 80, targetPort: 8080 }]
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata:
          name: {{name}}-1
          namespace: {{workspace}}
          labels: { kubernetes.io/service-name: {{name}} }
        addressType: IPv4
        ports: [{ name: http, port: {{port}} }]
        endpoints:
          - addresses: ["127.0.0.1"]
            conditions: { ready: true }

        """;

    public static string TlsSecret(string workspace, string name, TestCertificate certificate) =>
        $$"""
        apiVersion: v1
        kind: Secret
        metadata: { name: {{name}}, namespace: {{workspace}} }
        type: kubernetes.io/tls
        data:
          tls.crt: {{Base64(certificate.ChainPem)}}
          tls.key: {{Base64(certificate.KeyPem)}}

        """;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
