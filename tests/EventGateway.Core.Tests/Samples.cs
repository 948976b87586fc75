using System.Text;
using EventGateway.Core.Image;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using EventGateway.Core.Wire;

namespace EventGateway.Core.Tests;

/// <summary>One entity of each kind with every field set to something else than its default.</summary>
internal static class Samples
{
    public const string KeyPem = "-----BEGIN PRIVATE KEY-----\nnot a real one\n-----END PRIVATE KEY-----\n";

    public static readonly LogName Shop = new("a", "shop");

    public static readonly DateTimeOffset Created = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>Key bytes 0 to 31 under the id <c>k1</c>.</summary>
    public static readonly KeyRing Ring = KeyRing.Parse("k1: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");

    public static readonly Provenance Provenance = new()
    {
        Uid = "6e1a7b2c-0000-4000-8000-000000000001",
        ResourceVersion = "4711",
        Generation = 3,
        ObservedAt = Created.AddMicroseconds(7),
        Author = "kubectl",
        TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        Origin = "a",
    };

    public static Listener Listener() => new(EntityKey.Listener("shop", "web-443"))
    {
        Port = 443,
        Protocol = ListenerProtocol.Https,
        Hosts = [new HostMatch("shop.example", HostMatchType.OneLabel), new HostMatch("shop.example", HostMatchType.Exact)],
        TlsMode = TlsMode.Terminate,
        CreatedAt = Created,
    };

    public static Route Route() => new(EntityKey.Route("shop", "web", "0.1"))
    {
        Hosts = [new HostMatch("shop.example", HostMatchType.Exact), new HostMatch("example", HostMatchType.Suffix)],
        Matches =
        [
            new RouteMatch(new PathMatch(PathMatchType.Regex, "/v[0-9]+/cart"))
            {
                Methods = ["GET", "POST"],
                Headers = [new NameValueMatch("x-canary", ValueMatchType.Exact, ["yes", "ja"]), new NameValueMatch("x-any", ValueMatchType.Present, [])],
                Query = [new NameValueMatch("v", ValueMatchType.Regex, ["^[12]$"])],
                Priority = 0x8000_0000_0000_0042,
            },
            new RouteMatch(new PathMatch(PathMatchType.Exact, "/größe")),
            new RouteMatch(new PathMatch(PathMatchType.StartsWith, "/a")),
        ],
        Protocols = RouteProtocols.Https,
        HttpsRedirectStatus = 308,
        StripPath = true,
        PreserveHost = false,
        Backends = [new WeightedBackend(EntityKey.Backend("shop", "cart", "http"), 90), new WeightedBackend(EntityKey.Backend("shop", "cart-next", "80"), 0)],
        CreatedAt = Created,
        Source = "Ingress shop/web",
    };

    public static Backend Backend() => new(EntityKey.Backend("shop", "cart", "http"))
    {
        Protocol = UpstreamProtocol.Grpcs,
        EndpointsGroup = "shop/cart",
        PortName = "http",
        DefaultPort = 8080,
        PathPrefix = "/base",
        ConnectTimeout = TimeSpan.FromMilliseconds(1500),
        ReadTimeout = TimeSpan.FromSeconds(61),
        WriteTimeout = TimeSpan.FromSeconds(62),
        Retries = 2,
        LoadBalancing = LoadBalancing.RoundRobin,
        Source = "Service shop/cart:80",
    };

    /// <summary>What the contract's second version added to a backend.</summary>
    public static Backend BackendWithPolicies() => Backend() with
    {
        LoadBalancing = LoadBalancing.ConsistentHashing,
        Hash = new ConsistentHash(new HashKey(HashSource.Header, "x-user"))
        {
            Fallback = new HashKey(HashSource.Ip),
            CookiePath = "/shop",
            Slots = 1000,
            BoundPercent = 125,
        },
        Sticky = new StickyCookie("eg") { Path = "/cart", MaxAge = TimeSpan.FromMinutes(10) },
        Health = new HealthChecks
        {
            Active = new ActiveCheck
            {
                Type = HealthCheckType.Https,
                Path = "/healthz",
                Headers = [new HeaderValue("x-probe", "1")],
                Timeout = TimeSpan.FromMilliseconds(900),
                Concurrency = 3,
                HealthyInterval = TimeSpan.FromSeconds(5),
                UnhealthyInterval = TimeSpan.FromSeconds(2),
                VerifyCertificate = false,
                ServerName = "probe.example",
                Counts = Counts(1),
            },
            Passive = Counts(5),
            Outlier = new OutlierEjection
            {
                ConsecutiveFailures = 7,
                BaseEjection = TimeSpan.FromSeconds(11),
                MaxEjection = TimeSpan.FromSeconds(110),
                MaxPercent = 40,
            },
            ThresholdPercent = 10,
            PanicPercent = 30,
        },
        Retry = new RetryPolicy { BudgetPercent = 15, Statuses = [502, 503], MaxBodyBytes = 1000, NonIdempotent = true },
        Circuit = new CircuitLimits { MaxRequests = 100, MaxRequestsPerEndpoint = 20, MaxConnectionsPerEndpoint = 10 },
        Tls = new UpstreamTls
        {
            Verify = true,
            VerifyDepth = 2,
            CaPem = "-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n",
            ServerName = "cart.example",
            ClientCertificate = EntityKey.Certificate("shop", "client"),
        },
        HostHeader = "cart.example:8443",
    };

    public static Endpoints EndpointsWithWeights() => Endpoints() with
    {
        Addresses = [.. Endpoints().Addresses.Select((a, i) => a with { Weight = i * 7 })],
    };

    public static Listener ListenerWithClients() => Listener() with
    {
        ClientValidation = new ClientValidation("-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n") { Mode = ClientCertificateMode.Required, VerifyDepth = 3 },
    };

    public static Route StreamRoute() => new(EntityKey.Route("shop", "db", "0"))
    {
        Hosts = [new HostMatch("db.example", HostMatchType.Exact)],
        Protocols = RouteProtocols.TlsPassthrough,
        Ports = [9443, 9444],
        Backends = [new WeightedBackend(EntityKey.Backend("shop", "db", "5432"), 1)],
        CreatedAt = Created,
        Source = "TCPIngress shop/db",
    };

    private static HealthCounts Counts(int first) => new()
    {
        HealthyStatuses = [200, 302],
        UnhealthyStatuses = [429, 500],
        Successes = first,
        HttpFailures = first + 1,
        TcpFailures = first + 2,
        Timeouts = first + 3,
    };

    public static Endpoints Endpoints() => new(EntityKey.Endpoints("shop", "cart-x7k"))
    {
        Group = "shop/cart",
        Addresses =
        [
            new EndpointAddress("10.0.0.1") { Zone = "z1", Node = "n1" },
            new EndpointAddress("fd00::1", Ready: false, Serving: true, Terminating: true),
        ],
        Ports = [new EndpointPort("http", 8080), new EndpointPort("", 9090)],
    };

    /// <summary>As a source hands it over: its key in clear.</summary>
    public static Certificate PlainCertificate() => new(EntityKey.Certificate("shop", "tls"))
    {
        ServerNames = ["shop.example", "*.shop.example"],
        ChainPem = "-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n",
        PrivateKey = new PlainSecret(Encoding.UTF8.GetBytes(KeyPem)),
        CreatedAt = Created,
        Source = "Secret shop/tls",
    };

    public static Certificate Certificate()
    {
        var plain = PlainCertificate();
        return plain with { PrivateKey = Ring.Seal((PlainSecret)plain.PrivateKey, Shop, plain.Key) };
    }

    public static Feature Feature() => new(EntityKey.Feature("weights")) { Level = 2 };

    public static OpaqueEntity Unknown() => new(EntityKey.Parse("policy/shop/limit"), 6, "what a newer build says"u8.ToArray());

    public static IEnumerable<Entity> All() => 
    [
        Listener(), Route(), Backend(), Endpoints(), Certificate(), Feature(), Unknown(),
    ];

    /// <summary>Forms that the contract's second version added.</summary>
    public static IEnumerable<Entity> Second() => [ListenerWithClients(), StreamRoute(), BackendWithPolicies(), EndpointsWithWeights()];

    public static LogCommit Commit(CommitReason reason = CommitReason.Change) => new(
        Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
        42,
        new RecordVersion(3, 1009),
        reason == CommitReason.Change ? 2 : 0,
        new ImageHash(((UInt128)0x0102030405060708 << 64) | 0x090a0b0c0d0e0f10),
        Created.AddSeconds(1),
        Created,
        reason,
        true,
        "a");

    public static LogRecord Record(Entity entity, long epoch = 3, long sequence = 1007) =>
        RecordCodec.Encode(EntityCodec.ToChange(entity, Provenance), new RecordVersion(epoch, sequence));

    public static LogRecord Removal(EntityKey key, long epoch = 3, long sequence = 1008) =>
        RecordCodec.Encode(new Change(key, null, default, default, Provenance.None), new RecordVersion(epoch, sequence));
}
