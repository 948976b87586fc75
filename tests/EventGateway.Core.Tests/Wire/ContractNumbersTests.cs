using System.Text;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using Google.Protobuf.Reflection;
using Xunit;
using StatusV1 = EventGateway.Core.Wire.StatusV1;
using V1 = EventGateway.Core.Wire.V1;

namespace EventGateway.Core.Tests.Wire;

/// <summary>
/// Every number of the wire contract. A line here may be added, never changed: a number, once shipped, keeps its meaning and its
/// type for ever.
/// </summary>
public sealed class ContractNumbersTests
{
    private const string Contract = """
        Kind: KIND_UNSPECIFIED=0 KIND_LISTENER=1 KIND_ROUTE=2 KIND_BACKEND=3 KIND_ENDPOINTS=4 KIND_CERTIFICATE=5 KIND_COMMIT=60 KIND_FEATURE=61
        Envelope: schema=1:UInt32 sequence=2:Fixed64 epoch=3:Fixed64 content_hash=4:Bytes uid=5:String resource_version=6:String generation=7:Int64 observed_unix_us=8:Int64 author=9:String trace_parent=10:String origin=11:String kind=12:Enum body=20:Bytes
        ClientCertificateMode: CLIENT_CERTIFICATE_MODE_OPTIONAL=0 CLIENT_CERTIFICATE_MODE_REQUIRED=1
        ListenerProtocol: LISTENER_PROTOCOL_UNSPECIFIED=0 LISTENER_PROTOCOL_HTTP=1 LISTENER_PROTOCOL_HTTPS=2 LISTENER_PROTOCOL_TCP=3 LISTENER_PROTOCOL_TLS=4
        TlsMode: TLS_MODE_NONE=0 TLS_MODE_TERMINATE=1 TLS_MODE_PASSTHROUGH=2
        HostMatchType: HOST_MATCH_TYPE_EXACT=0 HOST_MATCH_TYPE_ONE_LABEL=1 HOST_MATCH_TYPE_SUFFIX=2
        PathMatchType: PATH_MATCH_TYPE_PREFIX=0 PATH_MATCH_TYPE_EXACT=1 PATH_MATCH_TYPE_STARTS_WITH=2 PATH_MATCH_TYPE_REGEX=3
        ValueMatchType: VALUE_MATCH_TYPE_EXACT=0 VALUE_MATCH_TYPE_REGEX=1 VALUE_MATCH_TYPE_PRESENT=2
        HashSource: HASH_SOURCE_NONE=0 HASH_SOURCE_IP=1 HASH_SOURCE_HEADER=2 HASH_SOURCE_COOKIE=3 HASH_SOURCE_PATH=4 HASH_SOURCE_QUERY=5 HASH_SOURCE_URI_CAPTURE=6
        HealthCheckType: HEALTH_CHECK_TYPE_TCP=0 HEALTH_CHECK_TYPE_HTTP=1 HEALTH_CHECK_TYPE_HTTPS=2 HEALTH_CHECK_TYPE_GRPC=3 HEALTH_CHECK_TYPE_GRPCS=4
        UpstreamProtocol: UPSTREAM_PROTOCOL_HTTP=0 UPSTREAM_PROTOCOL_HTTPS=1 UPSTREAM_PROTOCOL_H2C=2 UPSTREAM_PROTOCOL_GRPC=3 UPSTREAM_PROTOCOL_GRPCS=4
        LoadBalancing: LOAD_BALANCING_ROUND_ROBIN=0 LOAD_BALANCING_LEAST_CONNECTIONS=1 LOAD_BALANCING_LATENCY=2 LOAD_BALANCING_CONSISTENT_HASHING=3
        Listener: port=1:UInt32 protocol=2:Enum hosts=3:Message* tls_mode=4:Enum created_unix_us=5:Int64 client_validation=6:Message
        ClientValidation: ca_pem=1:String mode=2:Enum verify_depth=3:UInt32
        HostMatch: name=1:String type=2:Enum
        Route: hosts=1:Message* matches=2:Message* protocols=3:UInt32 https_redirect_status=4:UInt32 strip_path=5:Bool preserve_host=6:Bool backends=7:Message* created_unix_us=8:Int64 source=9:String ports=10:UInt32*
        RouteMatch: path=1:Message methods=2:String* headers=3:Message* query=4:Message* priority=5:Fixed64
        PathMatch: type=1:Enum value=2:String
        NameValueMatch: name=1:String type=2:Enum values=3:String*
        WeightedBackend: backend=1:String weight=2:UInt32
        Backend: protocol=1:Enum endpoints_group=2:String port_name=3:String default_port=4:UInt32 path_prefix=5:String connect_timeout_ms=6:UInt32 read_timeout_ms=7:UInt32 write_timeout_ms=8:UInt32 retries=9:UInt32 load_balancing=10:Enum source=11:String hash=12:Message sticky=13:Message health=14:Message retry=15:Message circuit=16:Message tls=17:Message host_header=18:String
        ConsistentHash: key=1:Message fallback=2:Message cookie_path=3:String slots=4:UInt32 bound_percent=5:UInt32
        HashKey: source=1:Enum name=2:String
        StickyCookie: name=1:String path=2:String max_age_s=3:UInt32
        HealthChecks: active=1:Message passive=2:Message outlier=3:Message threshold_percent=4:UInt32 panic_percent=5:UInt32
        ActiveCheck: type=1:Enum path=2:String headers=3:Message* timeout_ms=4:UInt32 concurrency=5:UInt32 healthy_interval_ms=6:UInt32 unhealthy_interval_ms=7:UInt32 verify_certificate=8:Bool server_name=9:String counts=10:Message
        HeaderValue: name=1:String value=2:String
        HealthCounts: healthy_statuses=1:UInt32* unhealthy_statuses=2:UInt32* successes=3:UInt32 http_failures=4:UInt32 tcp_failures=5:UInt32 timeouts=6:UInt32
        OutlierEjection: consecutive_failures=1:UInt32 base_ejection_ms=2:UInt32 max_ejection_ms=3:UInt32 max_percent=4:UInt32
        RetryPolicy: budget_percent=1:UInt32 statuses=2:UInt32* max_body_bytes=3:UInt32 non_idempotent=4:Bool
        CircuitLimits: max_requests=1:UInt32 max_requests_per_endpoint=2:UInt32 max_connections_per_endpoint=3:UInt32
        UpstreamTls: verify=1:Bool verify_depth=2:UInt32 ca_pem=3:String server_name=4:String client_certificate=5:String
        Endpoints: group=1:String addresses=2:Message* ports=3:Message*
        EndpointAddress: address=1:String ready=2:Bool serving=3:Bool terminating=4:Bool zone=5:String node=6:String weight=7:UInt32
        EndpointPort: name=1:String port=2:UInt32
        Certificate: server_names=1:String* chain_pem=2:String private_key=3:Message created_unix_us=4:Int64 source=5:String
        SealedSecret: key_id=1:String nonce=2:Bytes ciphertext=3:Bytes
        CommitReason: COMMIT_REASON_CHANGE=0 COMMIT_REASON_CLAIM=1 COMMIT_REASON_HEARTBEAT=2
        Commit: log_id=1:Bytes commit=2:Fixed64 changes=3:UInt32 image_hash=4:Bytes committed_unix_us=5:Int64 reason=6:Enum min_reader_schema=7:UInt32 changed_unix_us=8:Int64 populated=9:Bool
        Feature: name=1:String level=2:UInt32
        HistoryEntry: commit=1:Message sequence=2:UInt64 epoch=3:UInt64 changes=4:Message*
        HistoryChange: key=1:String envelope=2:Bytes sequence=3:Fixed64
        ProxyHeartbeat: reader_schema=1:UInt32 version=2:String started_unix_us=3:Int64 ready=4:Bool origins=5:String* workspaces=6:String*
        LogAck: log_id=1:Bytes commit=2:Fixed64 image_hash=3:Bytes refused=4:Message* refused_count=5:UInt32
        RefusedKey: key=1:String reason=2:String

        """;

    [Fact]
    public void Descriptors_AreTheContract() => Assert.Equal(
        Contract.ReplaceLineEndings("\n"),
        Describe(V1.EnvelopeReflection.Descriptor) + Describe(V1.EntitiesReflection.Descriptor) + Describe(V1.CommitReflection.Descriptor)
            + Describe(StatusV1.AcksReflection.Descriptor));

    [Fact]
    public void NumbersKeptForLater_AreReserved()
    {
        var kind = V1.EnvelopeReflection.Descriptor.EnumTypes.Single(e => e.Name == "Kind").ToProto();
        Assert.Equal([6, 7, 8], kind.ReservedRange.SelectMany(r => Enumerable.Range(r.Start, r.End - r.Start + 1)));
        Assert.Equal([(13, 20)], V1.Envelope.Descriptor.ToProto().ReservedRange.Select(r => (r.Start, r.End)));
    }

    [Theory]
    [InlineData(typeof(EntityKind), typeof(V1.Kind))]
    [InlineData(typeof(ListenerProtocol), typeof(V1.ListenerProtocol))]
    [InlineData(typeof(TlsMode), typeof(V1.TlsMode))]
    [InlineData(typeof(HostMatchType), typeof(V1.HostMatchType))]
    [InlineData(typeof(PathMatchType), typeof(V1.PathMatchType))]
    [InlineData(typeof(ValueMatchType), typeof(V1.ValueMatchType))]
    [InlineData(typeof(UpstreamProtocol), typeof(V1.UpstreamProtocol))]
    [InlineData(typeof(LoadBalancing), typeof(V1.LoadBalancing))]
    [InlineData(typeof(HashSource), typeof(V1.HashSource))]
    [InlineData(typeof(HealthCheckType), typeof(V1.HealthCheckType))]
    [InlineData(typeof(ClientCertificateMode), typeof(V1.ClientCertificateMode))]
    [InlineData(typeof(CommitReason), typeof(V1.CommitReason))]
    public void ModelEnums_HaveTheContractsNumbers(Type model, Type wire)
    {
        var numbers = Enum.GetNames(wire).ToDictionary(n => n, n => (int)Enum.Parse(wire, n), StringComparer.OrdinalIgnoreCase);
        Assert.All(Enum.GetNames(model).Where(n => n != nameof(EntityKind.Unknown)), name => Assert.Equal(numbers[name], (int)Enum.Parse(model, name)));
    }

    private static string Describe(FileDescriptor file)
    {
        var text = new StringBuilder();
        foreach (var type in file.EnumTypes)
        {
            text.Append(type.Name).Append(": ").AppendJoin(' ', type.Values.Select(v => $"{v.Name}={v.Number}")).Append('\n');
        }

        foreach (var type in file.MessageTypes)
        {
            text.Append(type.Name).Append(": ")
                .AppendJoin(' ', type.Fields.InFieldNumberOrder().Select(f => $"{f.Name}={f.FieldNumber}:{f.FieldType}{(f.IsRepeated ? "*" : "")}")).Append('\n');
        }

        return text.ToString();
    }
}
