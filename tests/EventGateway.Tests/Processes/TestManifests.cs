namespace EventGateway.Tests.Processes;

/// <summary>The smallest manifests that route something.</summary>
internal static class TestManifests
{
    public static string Of(string @namespace, string host, string path, int upstreamPort) => $"""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata:
          name: web
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
                        name: web
                        port:
                          number: 80
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          namespace: {@namespace}
        spec:
          ports:
            - port: 80
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata:
          name: web-1
          namespace: {@namespace}
          labels:
            kubernetes.io/service-name: web
        addressType: IPv4
        ports:
          - port: {upstreamPort}
        endpoints:
          - addresses: [127.0.0.1]
        """;
}
