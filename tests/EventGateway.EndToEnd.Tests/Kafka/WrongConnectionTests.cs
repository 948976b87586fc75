using EventGateway.EndToEnd.Tests.Fixtures;
using EventGateway.TestKit.Kafka;
using EventGateway.TestKit.Processes;
using Xunit;

namespace EventGateway.EndToEnd.Tests.Kafka;

/// <summary>A broker that is not there, or lets nobody in without the right password: a broker of this test's own.</summary>
public sealed class WrongConnectionTests
{
    private const string Right = "right-horse";
    private const string Wrong = "wrong-horse";

    [Fact]
    public async Task Kafka_AwayAtTheStartThenRefusingAWrongPassword_IsToldAndTheRightOnesServe()
    {
        await using var broker = await KafkaBroker.StartOrSkipAsync(KafkaBrokerOptions.WithPlainLogins(false, ("gateway", Right)));
        await using var upstream = await Upstream.StartAsync("shop");
        using var folder = new TestFolder();
        using var manifests = new TestFolder();
        folder.Write("right", Right + "\n");
        folder.Write("wrong", Wrong + "\n");
        manifests.Write("shop.yaml", Manifest.All(Manifest.Ingress("shop", "web", "shop.example", "/", "web"), Manifest.Backend("shop", "web", upstream.Port)));
        await using var watcher = new GatewayProcess("watcher", Watcher(broker, "east", manifests, folder["right"]));
        await using var proxy = new GatewayProcess("proxy", Proxy(broker, folder["right"]));
        await using var wrongWatcher = new GatewayProcess("wrong watcher", Watcher(broker, "west", manifests, folder["wrong"]));
        await using var wrongProxy = new GatewayProcess("wrong proxy", Proxy(broker, folder["wrong"]));

        // Nobody is there: both say so by address, and wait.
        await broker.KillAsync();
        watcher.Start();
        proxy.Start();
        foreach (var process in (GatewayProcess[])[watcher, proxy])
        {
            await process.WaitForOutputAsync(broker.BootstrapServers);
            await process.WaitForOutputAsync("Connection refused");
        }

        await watcher.WaitForOutputAsync($"Kafka at {broker.BootstrapServers} did not answer");
        await watcher.WaitForOutputAsync("check the address and that the broker runs");
        await Eventually.BecomesAsync(
            proxy.GetReadinessAsync,
            r => r.StartsWith("503 ", StringComparison.Ordinal) && r.Contains($"{broker.BootstrapServers} failed: Connection refused; check the address and that the broker runs", StringComparison.Ordinal),
            "the proxy to say why it is not ready", [proxy]);
        Assert.Equal("""503 {"message":"no configuration is loaded yet"}""", await Traffic.GetAsync(proxy, "shop.example", "/"));

        // It comes: both go on by themselves.
        await broker.RestartAsync();
        await proxy.WaitUntilReadyAsync();
        await Traffic.BecomesAsync([proxy], "shop.example", "/", "200 shop", watcher);

        wrongWatcher.Start();
        wrongProxy.Start();
        foreach (var process in (GatewayProcess[])[wrongWatcher, wrongProxy])
        {
            await process.WaitForOutputAsync("Authentication failed");
            Assert.DoesNotContain(Wrong, process.Output, StringComparison.Ordinal);
            Assert.True(process.IsRunning);
        }

        await wrongWatcher.WaitForOutputAsync($"Kafka at {broker.BootstrapServers} refused the connection");
        const string Advice = "Authentication failed: Invalid username or password; check security.protocol, sasl.mechanism, sasl.username, sasl.password and ssl.*";
        await wrongWatcher.WaitForOutputAsync(Advice);
        await wrongProxy.WaitForOutputAsync(Advice);
        await Eventually.BecomesAsync(
            wrongProxy.GetReadinessAsync, r => r.StartsWith("503 ", StringComparison.Ordinal) && r.Contains(Advice, StringComparison.Ordinal),
            "the proxy to say why it is not ready", [wrongProxy]);
        Assert.Equal("200 shop", await Traffic.GetAsync(proxy, "shop.example", "/"));
        manifests.Write("more.yaml", Manifest.Ingress("shop", "more", "more.example", "/", "web"));
        await Traffic.BecomesAsync([proxy], "more.example", "/", "200 shop", watcher);
        Assert.All((GatewayProcess[])[watcher, proxy], p => Assert.DoesNotContain(Right, p.Output, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Watcher(KafkaBroker broker, string origin, TestFolder manifests, string password) =>
    [
        "watcher", .. Connection(broker, password), "--origin", origin, "--manifests", manifests.Path, "--create-topics", "--status-port", "{status}", "--bind", "127.0.0.1",
    ];

    private static IEnumerable<string> Proxy(KafkaBroker broker, string password) =>
    [
        "proxy", .. Connection(broker, password), "--http-port", "{http}", "--https-port", "{https}", "--status-port", "{status}", "--bind", "127.0.0.1",
    ];

    private static IEnumerable<string> Connection(KafkaBroker broker, string password) =>
    [
        "--kafka", broker.BootstrapServers, "--kafka-option", "security.protocol=SASL_PLAINTEXT", "--kafka-option", "sasl.mechanism=PLAIN",
        "--kafka-option", "sasl.username=gateway", "--kafka-option", $"sasl.password=@{password}",
    ];
}
