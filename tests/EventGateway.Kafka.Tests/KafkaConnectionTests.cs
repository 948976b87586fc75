using System.Net;
using System.Net.Sockets;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using EventGateway.Core.Log;
using EventGateway.TestKit.Kafka;
using EventGateway.TestKit.Logs;
using Xunit;

namespace EventGateway.Kafka.Tests;

/// <summary>Brokers that cannot be reached, refuse the login, or die: each test has a broker of its own, or none.</summary>
public sealed class KafkaConnectionTests
{
    private static readonly LogName Shop = new("east", "shop");
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(40);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Store_WrongAddress_SaysWhereAndWhyAndKeepsTrying()
    {
        var address = $"127.0.0.1:{UnusedPort()}";
        await using var area = new KafkaArea(address);
        var store = area.Store(o => o.RequestTimeout = TimeSpan.FromSeconds(2));
        var log = store.Open(Shop);

        var claim = await Assert.ThrowsAsync<LogUnavailableException>(() => log.ClaimAsync(Token));
        var end = await Assert.ThrowsAsync<LogUnavailableException>(() => log.GetEndAsync(Token));
        await using var reader = LogCollector.Start(log, 0, Deadline);
        await KafkaArea.UntilAsync(() => Task.FromResult(store.LastFault is not null), "a fault");

        Assert.All([claim.Message, end.Message], m => Assert.Contains($"Kafka at {address} did not answer", m, StringComparison.Ordinal));
        Assert.Contains("Connection refused", claim.Message, StringComparison.Ordinal);
        Assert.Contains("Connection refused", store.LastFault, StringComparison.Ordinal);
        Assert.Contains(address, store.LastFault, StringComparison.Ordinal);
        Assert.False(store.IsConnected);
        Assert.Empty(reader.Batches);
    }

    [Fact]
    public async Task Store_WrongPassword_SaysSoAtOnce_TheRightOnePassesThrough()
    {
        await using var broker = await KafkaBroker.StartOrSkipAsync(KafkaBrokerOptions.WithPlainLogins(false, ("watcher", "right-horse")));
        await using var area = new KafkaArea(broker.BootstrapServers);
        var wrong = area.Store(o => Login(o, "wrong-horse"));

        var started = TimeProvider.System.GetTimestamp();
        var claim = await Assert.ThrowsAsync<LogUnavailableException>(() => wrong.Open(Shop).ClaimAsync(Token));
        var took = TimeProvider.System.GetElapsedTime(started);
        Assert.Contains($"Kafka at {broker.BootstrapServers} refused the connection", claim.Message, StringComparison.Ordinal);
        Assert.Contains("Authentication failed", claim.Message, StringComparison.Ordinal);
        Assert.Contains("sasl.password", claim.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-horse", claim.Message, StringComparison.Ordinal);
        Assert.False(wrong.IsConnected);
        Assert.Contains("Authentication failed", wrong.LastFault, StringComparison.Ordinal);
        Assert.True(took < TimeSpan.FromSeconds(5), $"It took {took}");

        var right = area.Store(o =>
        {
            Login(o, "right-horse");
            o.CreateTopics = true;
        });
        await using var writer = await right.Open(Shop).ClaimAsync(Token);
        await writer.AppendAsync([KafkaTestBase.Put("a", "1")], KafkaTestBase.Put("h", "1"), Token);
        await using var reader = LogCollector.Start(right.Open(Shop), 0, Deadline);
        await reader.WaitForKeyAsync("a");
        Assert.True(right.IsConnected);
        Assert.Null(right.LastFault);
    }

    [Fact]
    public async Task Store_BrokerKilledAndStartedAgain_ReadingGoesOnAndANewClaimWrites()
    {
        await using var broker = await KafkaBroker.StartOrSkipAsync();
        await using var area = new KafkaArea(broker.BootstrapServers);
        var (store, log) = await area.LogAsync(Shop);
        var writer = await log.ClaimAsync(Token);
        await using var reader = LogCollector.Start(log, 0, Deadline);
        await writer.AppendAsync([KafkaTestBase.Put("before", "1")], null, Token);
        await reader.WaitForKeyAsync("before");
        Assert.True(store.IsConnected);

        await broker.KillAsync();
        await KafkaArea.UntilAsync(() => Task.FromResult(!store.IsConnected), "the store to notice that the broker is gone");
        Assert.NotNull(store.LastFault);
        var failure = await Record.ExceptionAsync(() => writer.AppendAsync([KafkaTestBase.Put("during", "1")], null, Token));
        Assert.IsType<LogUnavailableException>(failure);
        await writer.DisposeAsync();

        await broker.RestartAsync();
        await KafkaArea.UntilAsync(() => Task.FromResult(store.IsConnected), "the store to be connected again");
        IConfigLogWriter? again = null;
        await KafkaArea.UntilAsync(
            async () =>
            {
                try
                {
                    again = await log.ClaimAsync(Token);
                    return true;
                }
                catch (LogUnavailableException)
                {
                    return false;
                }
            },
            "a new claim");
        await again!.AppendAsync([KafkaTestBase.Put("after", "1")], null, Token);
        await reader.WaitForKeyAsync("after");

        Assert.Null(store.LastFault);
        Assert.All(reader.Batches, b => Assert.Equal(LogReset.None, b.Reset));
        Assert.Equal(["before", "after"], reader.Records.Select(r => r.Key));
        await again.DisposeAsync();
    }

    [Fact]
    public async Task Append_WhileTheBrokerIsAwayShortly_SucceedsOrSaysItIsUnknown_AndNothingAcknowledgedIsLost()
    {
        await using var broker = await KafkaBroker.StartOrSkipAsync();
        await using var area = new KafkaArea(broker.BootstrapServers);
        var (_, log) = await area.LogAsync(Shop);
        var writer = await log.ClaimAsync(Token);
        var acknowledged = new List<string>();
        using var enough = new CancellationTokenSource();
        var appending = Task.Run(async () =>
        {
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                try
                {
                    writer ??= await log.ClaimAsync(Token);
                    await writer.AppendAsync([KafkaTestBase.Put($"k{i}", "1"), KafkaTestBase.Put("commit", $"{i}")], null, Token);
                    acknowledged.Add($"k{i}");
                }
                catch (LogUnavailableException)
                {
                    if (writer is not null)
                    {
                        await writer.DisposeAsync();
                        writer = null;
                    }
                }
            }
        });
        await KafkaArea.UntilAsync(() => Task.FromResult(acknowledged.Count > 20), "some appends");
        await broker.RestartAsync();
        var so = acknowledged.Count;
        await KafkaArea.UntilAsync(() => Task.FromResult(acknowledged.Count > so + 20), "appends after the restart");
        await enough.CancelAsync();
        await appending;

        await using var reader = LogCollector.Start(log, 0, Deadline);
        await reader.WaitForEndAsync();
        Assert.Empty(acknowledged.Except(reader.Records.Select(r => r.Key)));
        Assert.True(reader.Records.Chunk(2).All(c => c is [var first, { Key: "commit" }] && first.Key[0] == 'k'), "A change set is torn");
        if (writer is not null)
        {
            await writer.DisposeAsync();
        }
    }

    [Fact]
    public async Task Store_BrokerThatMakesTopicsByItself_IsNotAskedTo()
    {
        await using var broker = await KafkaBroker.StartOrSkipAsync(new KafkaBrokerOptions
        {
            Properties = new Dictionary<string, string> { ["auto.create.topics.enable"] = "true" },
        });
        await using var area = new KafkaArea(broker.BootstrapServers);
        var store = area.Store();
        var log = store.Open(Shop);

        await Assert.ThrowsAsync<LogUnavailableException>(() => log.ClaimAsync(Token));
        await Assert.ThrowsAsync<LogUnavailableException>(() => log.GetEndAsync(Token));
        await Assert.ThrowsAsync<LogUnavailableException>(async () => await log.ReadHistoryAsync(0, Token).ToListAsync(Token));
        await using (var reader = LogCollector.Start(log, 0, Deadline))
        {
            await KafkaArea.UntilAsync(() => Task.FromResult(store.IsConnected), "the store to have asked");
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Token);
        }

        // A topic deleted under a reader and a writer at work must not come back by itself either.
        await store.Topics.CreateAsync([Shop], Token);
        await using (var writer = await log.ClaimAsync(Token))
        await using (var reader = LogCollector.Start(log, 0, Deadline))
        {
            await writer.AppendAsync([KafkaTestBase.Put("a", "1")], KafkaTestBase.Put("h", "1"), Token);
            await reader.WaitForKeyAsync("a");
            await area.DeleteTopicsAsync(area.Names.Config(Shop), area.Names.History(Shop), area.Names.Status);
            var failure = await Record.ExceptionAsync(() => writer.AppendAsync([KafkaTestBase.Put("b", "1")], KafkaTestBase.Put("h", "2"), Token));
            Assert.IsType<LogUnavailableException>(failure);
        }

        Assert.DoesNotContain(area.TopicNames(), t => t.StartsWith(area.Prefix, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Store_UserWithFewRights_ReadsWithTheLeastAndIsToldWhichOnesItLacks()
    {
        await using var broker = await KafkaBroker.StartOrSkipAsync(
            KafkaBrokerOptions.WithPlainLogins(true, ("watcher", "w"), ("proxy", "p"), ("nobody", "n")));
        await using var area = new KafkaArea(broker.BootstrapServers);
        var watcher = area.Store(o => Login(o, "w"));
        await watcher.Topics.CreateAsync([Shop], Token);
        await using var writer = await watcher.Open(Shop).ClaimAsync(Token);
        await writer.AppendAsync([KafkaTestBase.Put("a", "1")], KafkaTestBase.Put("h", "1"), Token);
        await GrantAsync(area, "proxy", AclOperation.Read);

        // READ brings DESCRIBE along; neither DESCRIBE_CONFIGS nor anything on the group is granted.
        var proxy = area.Store(o => Login(o, "p", "proxy"));
        await using var reader = LogCollector.Start(proxy.Open(Shop), 0, Deadline);
        await reader.WaitForKeyAsync("a");
        await reader.WaitForEndAsync();
        await writer.AppendAsync([KafkaTestBase.Put("b", "1")], null, Token);
        await reader.WaitForKeyAsync("b");
        var claim = await Assert.ThrowsAsync<LogRefusedException>(() => proxy.Open(Shop).ClaimAsync(Token));
        Assert.False(claim.ConcernsRecord);
        Assert.Contains("transactional id", claim.Message, StringComparison.Ordinal);

        var nobody = area.Store(o => Login(o, "n", "nobody"));
        var end = await Assert.ThrowsAsync<LogRefusedException>(() => nobody.Open(Shop).GetEndAsync(Token));
        Assert.Contains($"DESCRIBE on topic {area.Names.Config(Shop)}", end.Message, StringComparison.Ordinal);
        await GrantAsync(area, "nobody", AclOperation.Describe);
        await using var batches = nobody.Open(Shop).ReadAsync(0, Token).GetAsyncEnumerator(Token);
        var reading = await Assert.ThrowsAsync<LogRefusedException>(() => batches.MoveNextAsync().AsTask().WaitAsync(Deadline, TimeProvider.System));
        Assert.Contains($"read topic {area.Names.Config(Shop)}; grant READ", reading.Message, StringComparison.Ordinal);
    }

    private static async Task GrantAsync(KafkaArea area, string user, AclOperation operation)
    {
        var options = area.Options(o => Login(o, "w"));
        using var admin = new AdminClientBuilder(KafkaClientSettings.Admin(options)).Build();
        await admin.CreateAclsAsync(
        [
            new AclBinding
            {
                Pattern = new ResourcePattern { Type = ResourceType.Topic, Name = area.Prefix, ResourcePatternType = ResourcePatternType.Prefixed },
                Entry = new AccessControlEntry
                {
                    Principal = $"User:{user}", Host = "*", Operation = operation, PermissionType = AclPermissionType.Allow,
                },
            },
        ]);
    }

    private static void Login(KafkaLogOptions options, string password, string user = "watcher")
    {
        options.ClientOptions["security.protocol"] = "sasl_plaintext";
        options.ClientOptions["sasl.mechanism"] = "PLAIN";
        options.ClientOptions["sasl.username"] = user;
        options.ClientOptions["sasl.password"] = password;
    }

    private static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
