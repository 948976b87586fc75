using System.Net;
using EventGateway.TestKit.Kafka;
using EventGateway.Tests.Processes;

namespace EventGateway.Tests.Deploy;

/// <summary>What deploy/kafka/acls allows is enough for each role, and a team's watcher can do nothing to another team's log. On a broker that checks.</summary>
public sealed class KafkaRightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly GatewayClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Acls_OfEachRole_AreEnough_AndEndAtTheWorkspace()
    {
        await using var broker = await KafkaBroker.StartOrSkipAsync(
            KafkaBrokerOptions.WithPlainLogins(true, ("admin", "secret"), ("topics", "secret"), ("team-shop", "secret"), ("proxies", "secret")));
        var servers = broker.BootstrapServers;
        Allow(servers, "topics", "User:topics", "a");
        Allow(servers, "watcher", "User:team-shop", "a", "shop");
        Allow(servers, "proxy", "User:proxies");

        await using var upstream = await TestUpstream.StartAsync();
        await using var created = await GatewayProcess.RunAsync(["topics", "create", .. Login(servers, "topics"), "--origin", "a", "--workspace", "shop,blog"]);
        Assert.True(await created.ExitAsync() == 0, string.Join('\n', created.Error));

        // The team writes its log; another's, which it names all the same, it cannot.
        _folder.Write("shop.yaml", TestManifests.Of("shop", "shop.test", "/", upstream.Port));
        _folder.Write("blog.yaml", TestManifests.Of("blog", "blog.test", "/", upstream.Port));
        await using var watcher = GatewayProcess.Start(["watcher", .. Login(servers, "team-shop"), "--origin", "a", "--manifests", _folder.Path, "--bind", "127.0.0.1", "--status-port", "0"]);
        await using var proxy = GatewayProcess.Start(["proxy", .. Login(servers, "proxies"), "--bind", "127.0.0.1", "--http-port", "0", "--https-port", "0", "--status-port", "0"]);
        var http = (await proxy.AddressesAsync())[0];
        await _client.UntilAsync(http, "/", HttpStatusCode.OK, "shop.test");
        await watcher.LogLineAsync("blog.*(not authorized|may not|grant|rights)");
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync(http, "/", "blog.test")).Status);
    }

    private static string[] Login(string servers, string user) =>
    [
        "--kafka", servers, "--kafka-option", "security.protocol=SASL_PLAINTEXT", "--kafka-option", "sasl.mechanism=PLAIN",
        "--kafka-option", $"sasl.username={user}", "--kafka-option", "sasl.password=secret",
    ];

    /// <summary>Runs what the script prints, with Kafka's own tool.</summary>
    private void Allow(string servers, params string[] arguments)
    {
        var commands = DeployTool.Bash.Run([Repository.PathOf("deploy", "kafka", "acls"), .. arguments]);
        var login = _folder.Write("admin.properties", """
            security.protocol=SASL_PLAINTEXT
            sasl.mechanism=PLAIN
            sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="secret";
            """);
        var tool = _folder.Write(
            "kafka-acls", $"#!/bin/sh\nexec java -cp \"$KAFKA_HOME/libs/*\" org.apache.kafka.tools.AclCommand \"$@\"\n", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var script = _folder.Write("allow", $"set -e\nexport KAFKA={servers} KAFKA_ACLS={tool} KAFKA_ACLS_OPTIONS='--command-config {login}'\n{commands}");
        DeployTool.Bash.Run(script);
        File.Delete(tool);
    }
}
