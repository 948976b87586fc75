namespace EventGateway.Sources.Tests;

/// <summary>Manifests tests write into folders.</summary>
internal static class ManifestTexts
{
    public static string Ingress(string name, string path, string @namespace = "shop", string host = "shop.test", string service = "cart") => $"""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: {name}
          namespace: {@namespace}
        spec:
          rules:
            - host: {host}
              http:
                paths:
                  - path: {path}
                    pathType: Prefix
                    backend:
                      service:
                        name: {service}
                        port:
                          number: 80

        """;

    public static string Service(string name = "cart", string @namespace = "shop") => $$"""
        apiVersion: v1
        kind: Service
        metadata: {name: {{name}}, namespace: {{@namespace}}}
        spec: {ports: [{name: http, port: 80}]}

        """;

    public static string Slice(string name, string address, string service = "cart", string @namespace = "shop") => $$"""
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: {{name}}, namespace: {{@namespace}}, labels: {kubernetes.io/service-name: {{service}} } }
        addressType: IPv4
        ports: [{name: http, port: 8080}]
        endpoints: [{addresses: [{{address}}]}]

        """;

    public static string Join(params IEnumerable<string> documents) => string.Join("---\n", documents);
}
