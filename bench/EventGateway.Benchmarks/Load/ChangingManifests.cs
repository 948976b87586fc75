using System.Globalization;
using System.Text;

namespace EventGateway.Benchmarks.Load;

/// <summary>
/// A manifest beside the one under load that never stays the same: of a hundred Ingresses a few go, as many come under names that were never
/// used before, and the endpoints of their Service are others each time.
/// </summary>
internal sealed class ChangingManifests(LoadArea area, string folder)
{
    private const int Ingresses = 100;
    private const int ReplacedEachTime = 5;

    private readonly Queue<int> _names = new(Enumerable.Range(0, Ingresses));
    private int _next = Ingresses;

    public int Changes { get; private set; }

    public void Change()
    {
        for (var i = 0; i < ReplacedEachTime; i++)
        {
            _names.Dequeue();
            _names.Enqueue(_next++);
        }

        Changes++;

        // Renamed into place: a file is never seen half written.
        var whole = area.Write($"{folder}/changing.new", Text());
        File.Move(whole, area.PathOf($"{folder}/manifests/changing.yaml"), overwrite: true);
    }

    private string Text()
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $$"""
            apiVersion: v1
            kind: Service
            metadata: { name: changing, namespace: bench }
            spec: { ports: [{ name: http, port: 80 }] }
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: { name: changing-1, namespace: bench, labels: { kubernetes.io/service-name: changing } }
            addressType: IPv4
            ports: [{ name: http, port: 8080 }]
            endpoints: [{ addresses: ["10.0.{{Changes / 250 % 250}}.{{Changes % 250}}"], conditions: { ready: true } }]

            """));
        foreach (var name in _names)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                ---
                apiVersion: networking.k8s.io/v1
                kind: Ingress
                metadata: { name: i{{name}}, namespace: bench }
                spec:
                  ingressClassName: eventgateway
                  rules:
                    - host: h{{name}}.example
                      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: changing, port: { number: 80 } } } }] }

                """);
        }

        return text.ToString();
    }
}
