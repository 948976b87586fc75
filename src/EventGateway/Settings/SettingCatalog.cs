using System.Collections.Immutable;

namespace EventGateway.Settings;

/// <summary>Every setting of every command. docs/reference/command-line.md lists the same, and a test compares them.</summary>
internal static class SettingCatalog
{
    public static readonly Setting Manifests = new("manifests", "PATH...",
        "Files or folders of Kubernetes manifests (folders recursively: *.yaml, *.yml, *.json), or - for standard input. Changes are picked up while running.")
        { IsMany = true, TakesSeveralTokens = true };

    public static readonly Setting Kafka = new("kafka", "HOST:PORT,...", "Kafka brokers to start from.") { IsMany = true, Separator = ',' };

    public static readonly Setting KafkaOption = new("kafka-option", "NAME=VALUE",
        "Any librdkafka setting (TLS, SASL, ...), repeatable; NAME=@FILE reads the value from a file.")
        { IsMany = true };

    public static readonly Setting Prefix = new("prefix", "PREFIX", "First part of every topic's name.") { Default = "eventgateway" };

    public static readonly Setting Origin = new("origin", "NAME", "Who writes: the name of this cluster or manifest folder, a DNS label.");

    public static readonly Setting LocalOrigin = Origin with { Default = "local" };

    public static readonly Setting Origins = new("origin", "NAME,...", "Only the logs of these origins. Default: every origin, found live.")
        { IsMany = true, Separator = ',' };

    public static readonly Setting Workspaces = new("workspace", "NAME,...", "Only the logs of these workspaces. Default: every workspace, found live.")
        { IsMany = true, Separator = ',' };

    public static readonly Setting TopicOrigins = Origins with { Description = "Origins of the logs that the topics are for." };

    public static readonly Setting TopicWorkspaces = Workspaces with { Description = "Workspaces of the logs that the topics are for." };

    public static readonly Setting CreateTopics = new("create-topics", "", "Make missing topics with the recommended settings. Without it a missing topic is reported, never made.");

    public static readonly Setting IngressClass = new("ingress-class", "NAME,...", "Ingress classes that are ours; objects of another class are skipped, with that reason.")
        { Default = "eventgateway,kong", IsMany = true, Separator = ',' };

    public static readonly Setting MassDeleteLimit = new("mass-delete-limit", "PERCENT",
        "Hold a change set that removes more than this share of a log's entities (and more than 10 of them); 100 never holds.") { Default = "20" };

    public static readonly Setting Data = new("data", "DIR", "Folder for what must survive a restart. Default: none, nothing is written.");

    public static readonly Setting StandaloneData = Data with
    {
        Description = "Folder for the embedded log and the key ring. Default: eventgateway in $XDG_DATA_HOME, or ~/.local/share/eventgateway.",
    };

    public static readonly Setting ProxyData = Data with
    {
        Description = "Folder for last-known-good copies of the logs, to start from when Kafka is down. Default: none, nothing is written, and such a start waits.",
    };

    public static readonly Setting KeyRing = new("key-ring", "FILE",
        "Keys that seal private keys in the log, one 'id: base64' a line, not readable by everyone. The first seals, all open.");

    public static readonly Setting HttpPort = new("http-port", "PORT", "Plain HTTP for clients; 0 takes any free port.") { Default = "8000" };

    public static readonly Setting HttpsPort = new("https-port", "PORT", "HTTPS for clients; 0 takes any free port.") { Default = "8443" };

    public static readonly Setting TlsMinVersion = new("tls-min-version", "1.2|1.3", "Oldest version of TLS that clients may speak.") { Default = "1.2" };

    public static readonly Setting TlsCiphers = new("tls-ciphers", "NAME,...",
        "Cipher suites that clients may speak, by IANA's or OpenSSL's names. Default: the platform's choice. Sessions are not resumed where this is set.")
        { IsMany = true, Separator = ',' };

    public static readonly Setting StatusPort = new("status-port", "PORT", "/healthz, /readyz, /metrics and /status; 0 takes any free port.") { Default = "8100" };

    public static readonly Setting Bind = new("bind", "ADDRESS", "IP address to listen on. Default: all, IPv4 and IPv6.");

    public static readonly Setting AccessLog = new("access-log", "FILE|-|off", "One JSON object a line for each request; - writes to standard output.") { Default = "off" };

    public static readonly Setting MetricsPerRoute = new("metrics-per-route", "", "Add the label 'route' to request metrics. 100,000 routes make 100,000 series.");

    public static readonly Setting DrainDelay = new("drain-delay", "TIME",
        "When told to stop: how long to accept requests still while /readyz says 503, so that load balancers notice (500ms, 5s, 1m).") { Default = "5s" };

    public static readonly Setting StandaloneDrainDelay = DrainDelay with { Default = "0s" };

    public static readonly Setting DrainTimeout = new("drain-timeout", "TIME",
        "After that: how long requests, WebSockets and streams that run may go on before they are cut.") { Default = "20s" };

    public static readonly Setting OtlpEndpoint = new("otlp-endpoint", "URL",
        "Collector that traces go to, by OTLP: http://collector:4317 with grpc, http://collector:4318 with http/protobuf. Default: none, nothing is traced.");

    public static readonly Setting OtlpProtocol = new("otlp-protocol", "grpc|http/protobuf", "How the collector is spoken to.") { Default = "grpc" };

    public static readonly Setting OtlpHeaders = new("otlp-headers", "NAME=VALUE",
        "Header for the collector, repeatable; NAME=@FILE reads the value from a file, so that a secret stands on no command line.")
        { IsMany = true };

    public static readonly Setting TraceSampleRatio = new("trace-sample-ratio", "0..1",
        "Share of the requests to trace whose client has not decided; a client's decision (traceparent) stands.") { Default = "0.01" };

    public static readonly Setting StreamListen = new("stream-listen", "PORT,...", "Ports for stream routes: tcp, tls and tls_passthrough. Default: none.")
        { IsMany = true, Separator = ',' };

    public static readonly Setting Http3 = new("http3", "", "Also answer HTTP/3 on the https port, over UDP. Needs libmsquic.");

    public static readonly Setting TrustedIps = new("trusted-ips", "CIDR,...", "Load balancers and proxies in front whose word about the client is taken. Default: none.")
        { IsMany = true, Separator = ',' };

    public static readonly Setting ProxyProtocol = new("proxy-protocol", "off|on",
        "Every connection begins with a PROXY header (v1 or v2), from a trusted address; all ports but the status port.") { Default = "off" };

    public static readonly Setting RealIpHeader = new("real-ip-header", "NAME",
        "Where trusted addresses name the client: X-Forwarded-For, X-Real-IP or proxy_protocol. Default: X-Forwarded-For; proxy_protocol with --proxy-protocol on.");

    public static readonly Setting RealIpRecursive = new("real-ip-recursive", "", "Follow X-Forwarded-For through further trusted addresses.");

    public static readonly Setting MaxHeaderBytes = new("max-header-bytes", "BYTES", "All headers of a request together; more is answered 431.") { Default = "32768" };

    public static readonly Setting MaxUriBytes = new("max-uri-bytes", "BYTES", "Path and query of a request; more is answered 414.") { Default = "8192" };

    public static readonly Setting MaxBodyBytes = new("max-body-bytes", "BYTES", "Body of a request; more is answered 413. 0: any length.") { Default = "0" };

    public static readonly Setting MaxConnections = new("max-connections", "COUNT",
        "Connections of clients at one time; further ones are closed at once. 0: any number.") { Default = "0" };

    public static readonly Setting MaxHttp2Streams = new("max-http2-streams", "COUNT", "Requests at one time on one HTTP/2 connection.") { Default = "100" };

    public static readonly Setting HeaderTimeout = new("header-timeout", "SECONDS", "From the first byte of a request to the end of its headers; longer is answered 408.")
        { Default = "30" };

    public static readonly Setting KeepAliveTimeout = new("keep-alive-timeout", "SECONDS", "How long a client's connection may wait for its next request.") { Default = "130" };

    public static readonly Setting EchoPorts = new("echo-port", "PORT...", "Ports to answer on.") { IsMany = true, Separator = ',' };

    public static readonly Setting EchoBind = Bind with { Description = "IP address to listen on.", Default = "127.0.0.1" };

    public static readonly Setting LogLevel = new("log-level", "LEVEL", "trace, debug, info, warn, error or critical.") { Default = "info" };

    public static readonly Setting LogFormat = new("log-format", "text|json", "One line each: readable, or one JSON object.") { Default = "text" };

    public static readonly Setting Config = new("config", "FILE", "YAML file with the same names; flags and environment are stronger.");

    public static readonly Setting Output = new("output", "table|json", "A table for people, or one JSON document.") { Default = "table", Alias = "-o" };

    public static readonly Setting Url = new("url", "URL", "Status address of the process to ask.") { Default = "http://127.0.0.1:8100" };

    public static readonly Setting WaitTarget = new("TARGET", "TARGET",
        "What to wait for: KIND/NAMESPACE/NAME of an object (ingress/shop/web), the key of an entity (route/shop/web/0.0), or a position (ORIGIN/WORKSPACE@COMMIT).")
        { IsMany = true };

    public static readonly Setting WaitOrigins = Origins with { Description = "In whose logs the object may stand. Default: any; the first that holds it counts." };

    public static readonly Setting Timeout = new("timeout", "TIME", "How long to wait: 500ms, 30s, 5m.") { Default = "60s" };

    public static readonly Setting Generation = new("generation", "NUMBER", "At least this metadata.generation of the object. Default: whatever the log holds.");

    public static readonly Setting KeyId = new("id", "NAME", "Id of the new key. Default: one made from today's date.");

    public static readonly Setting Namespaces = new("namespace", "NAME,...",
        "Read these namespaces of a cluster, instead of manifests. A Role in each suffices, no ClusterRole is needed.") { IsMany = true, Separator = ',' };

    public static readonly Setting NamespaceSelector = new("namespace-selector", "SELECTOR",
        "Read the namespaces of a cluster with these labels (team=a,tier!=test), as they come and go.");

    public static readonly Setting AllNamespaces = new("all-namespaces", "", "Read all namespaces of a cluster.");

    public static readonly Setting Kubeconfig = new("kubeconfig", "FILE",
        "How to reach the cluster. Default: as a pod by its service account, else $KUBECONFIG, else ~/.kube/config.");

    public static readonly Setting SecretSelector = new("secret-label-selector", "SELECTOR",
        "Read only the Secrets of the cluster with these labels. Default: those of type kubernetes.io/tls, and others by name where they are named.");

    /// <summary>Where config comes from: manifests, or a cluster.</summary>
    public static readonly ImmutableArray<Setting> Source = [Manifests, Namespaces, NamespaceSelector, AllNamespaces, Kubeconfig, SecretSelector];

    /// <summary>Settings every long-running role has.</summary>
    public static readonly ImmutableArray<Setting> Process = [StatusPort, Bind, LogLevel, LogFormat, Config];

    /// <summary>Where traces go.</summary>
    public static readonly ImmutableArray<Setting> Tracing = [OtlpEndpoint, OtlpProtocol, OtlpHeaders, TraceSampleRatio];

    /// <summary>What decides about clients' connections, for every role that serves them.</summary>
    public static readonly ImmutableArray<Setting> Connections =
    [
        StreamListen, Http3, TrustedIps, ProxyProtocol, RealIpHeader, RealIpRecursive, MaxHeaderBytes, MaxUriBytes, MaxBodyBytes, MaxConnections, MaxHttp2Streams,
        HeaderTimeout, KeepAliveTimeout,
    ];

    /// <summary>How to reach the logs in Kafka.</summary>
    public static readonly ImmutableArray<Setting> KafkaConnection = [Kafka, KafkaOption, Prefix];

    /// <summary>The names a config file may hold, whatever the role that reads it.</summary>
    public static readonly ImmutableArray<string> FileNames =
    [
        .. new[]
        {
            Kafka, KafkaOption, Prefix, Origin, Workspaces, CreateTopics, IngressClass, MassDeleteLimit, Data, KeyRing,
            HttpPort, HttpsPort, TlsMinVersion, TlsCiphers, StatusPort, Bind, AccessLog, MetricsPerRoute, DrainDelay, DrainTimeout, EchoPorts, LogLevel, LogFormat, Output, Url, KeyId,
            Timeout, Generation,
        }.Concat(Source).Concat(Connections).Concat(Tracing).Select(s => s.Name),
    ];
}
