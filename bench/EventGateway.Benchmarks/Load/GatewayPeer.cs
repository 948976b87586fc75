using System.Diagnostics;
using System.Globalization;
using System.Text;
using EventGateway.TestKit.Processes;

namespace EventGateway.Benchmarks.Load;

/// <summary>The gateway as users run it: the real executable in its standalone role, with manifests of one Ingress and its two endpoints.</summary>
internal static class GatewayPeer
{
    /// <param name="name">What the tables call it; also the name of its folder.</param>
    /// <param name="withLog">Whether it writes an access log to a file and counts by route.</param>
    public static Peer Create(LoadArea area, LoadOptions options, GatewayBuild build, string name, bool withLog, IReadOnlyList<int> upstreams, int? statusPort = null)
    {
        var folder = string.Concat(name.Where(char.IsAsciiLetterOrDigit));
        WriteManifests(area, folder, upstreams);
        var http = FreePorts.Take();
        var ports = new PeerPorts(http, FreePorts.Take(), http);
        var log = area.PathOf($"{folder}.access.log");
        string[] telemetry = withLog ? ["--access-log", log, "--metrics-per-route"] : [];
        var start = new ProcessStartInfo("dotnet",
        [
            build.Executable, "standalone", "--manifests", area.PathOf($"{folder}/manifests"), "--data", area.PathOf($"{folder}/data"), "--bind", "127.0.0.1",
            "--http-port", Text(ports.Http), "--https-port", Text(ports.Https), "--status-port", Text(statusPort ?? FreePorts.Take()), "--log-level", "warning", .. telemetry,
        ]);
        foreach (var (variable, value) in build.Environment)
        {
            start.Environment[variable] = value;
        }

        LimitThreads(start, options);
        return new Peer(name, ports, start, withLog ? [log] : []);
    }

    public static void LimitThreads(ProcessStartInfo start, LoadOptions options) => start.Environment["DOTNET_PROCESSOR_COUNT"] = Text(options.Threads);

    private static void WriteManifests(LoadArea area, string folder, IReadOnlyList<int> upstreams)
    {
        area.Write($"{folder}/manifests/bench.yaml", $$"""
            apiVersion: v1
            kind: Secret
            type: kubernetes.io/tls
            metadata: { name: tls, namespace: bench }
            data:
              tls.crt: {{Base64(area.CertificatePem)}}
              tls.key: {{Base64(area.KeyPem)}}
            ---
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata: { name: all, namespace: bench }
            spec:
              ingressClassName: eventgateway
              tls: [{ hosts: [{{LoadArea.Host}}], secretName: tls }]
              rules:
                - host: {{LoadArea.Host}}
                  http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: two, port: { number: 80 } } } }] }
            ---
            apiVersion: v1
            kind: Service
            metadata: { name: two, namespace: bench }
            spec: { ports: [{ name: http, port: 80 }] }
            ---

            """ + string.Join("---\n", upstreams.Select(SliceOf)));
    }

    // One port an EndpointSlice: the endpoints are ports of this machine.
    private static string SliceOf(int port) => string.Create(CultureInfo.InvariantCulture, $$"""
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: { name: two-{{port}}, namespace: bench, labels: { kubernetes.io/service-name: two } }
        addressType: IPv4
        ports: [{ name: http, port: {{port}} }]
        endpoints: [{ addresses: ["127.0.0.1"], conditions: { ready: true } }]

        """);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
