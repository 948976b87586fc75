using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EventGateway.Core.Log;
using EventGateway.TestKit.Logs;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EventGateway.Kafka.Tests;

/// <summary>Clients made while a file that the options name is missing or half-written, as when certificates are renewed. No broker is needed.</summary>
public sealed class ClientBuildingTests : IDisposable
{
    private static readonly LogName Shop = new("east", "shop");
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly string _authority = Path.Combine(Path.GetTempPath(), $"eg-ca-{Guid.NewGuid():N}.pem");
    private readonly string _pem = NewAuthority();

    public ClientBuildingTests() => File.WriteAllText(_authority, _pem);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => File.Delete(_authority);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Store_AuthorityFileMissingOrHalfWritten_IsUnavailableNamingTheSettingUntilItIsBack(bool isHalfWritten)
    {
        var seen = new SeenEvents();
        await using var store = new KafkaConfigLogStore(Options(), seen, TimeProvider.System);
        Spoil(isHalfWritten);

        var end = await Assert.ThrowsAsync<LogUnavailableException>(() => store.Open(Shop).GetEndAsync(Token));
        var claim = await Assert.ThrowsAsync<LogUnavailableException>(() => store.Open(Shop).ClaimAsync(Token));
        Assert.All([end.Message, claim.Message, store.LastFault!], m => Assert.Contains("ssl.ca.location", m, StringComparison.Ordinal));
        Assert.False(store.IsConnected);

        // Reading and discovery go on trying.
        await using var sets = store.WatchLogsAsync(Token).GetAsyncEnumerator(Token);
        var listing = sets.MoveNextAsync().AsTask();
        await using var reader = LogCollector.Start(store.Open(Shop), 0, Deadline);
        await seen.WaitForAsync(2017, Deadline, 3);
        Assert.False(listing.IsCompleted, listing.Exception?.ToString());
        Assert.Equal(1, seen.Ids.Count(i => i == 2021));

        await File.WriteAllTextAsync(_authority, _pem, Token);
        await seen.WaitForAsync(2022, Deadline);
        var again = await Assert.ThrowsAsync<LogUnavailableException>(() => store.Open(Shop).GetEndAsync(Token));
        Assert.DoesNotContain("ssl.ca.location", again.Message, StringComparison.Ordinal);
        await reader.StopAsync();
        await store.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listing);
    }

    [Fact]
    public async Task Claim_ProducerCannotBeBuilt_IsUnavailable()
    {
        var options = Options();
        Spoil(isHalfWritten: true);

        var claim = await Assert.ThrowsAsync<LogUnavailableException>(() => KafkaLogWriter.ClaimAsync(
            Shop, new KafkaTopicNames("test"), options, new RecordLimits(1, "a", 1, "b"), new KafkaConnectionState(options, NullLogger.Instance),
            TimeProvider.System, NullLogger.Instance, Token));

        Assert.Contains("ssl.ca.location", claim.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tailer_ConsumerCannotBeBuilt_TriesOnAndTellsOnce()
    {
        var options = Options();
        var seen = new SeenEvents();
        var connection = new KafkaConnectionState(options, seen);
        Spoil(isHalfWritten: false);
        await using var tailer = new KafkaTailer(options, connection, seen);

        tailer.Add(NewSession());
        await seen.WaitForAsync(2021, Deadline);
        Assert.Contains("ssl.ca.location", connection.LastFault, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_authority, _pem, Token);
        await seen.WaitForAsync(2022, Deadline);

        Assert.Equal(1, seen.Ids.Count(i => i == 2021));
        Assert.DoesNotContain(2018, seen.Ids);
    }

    [Fact]
    public async Task Monitor_AdminClientCannotBeBuilt_GoesOnChecking()
    {
        var options = Options();
        var seen = new SeenEvents();
        var connection = new KafkaConnectionState(options, seen);
        using var admin = new KafkaAdmin(options, connection, TimeProvider.System, seen);
        Spoil(isHalfWritten: false);
        await using var tailer = new KafkaTailer(options, connection, seen);
        await using var monitor = new KafkaMonitor(options, admin, connection, TimeProvider.System, seen);

        monitor.Watch(NewSession(), tailer);

        await seen.WaitForAsync(2020, Deadline, 2);
        Assert.DoesNotContain(2023, seen.Ids);
    }

    [Fact]
    public async Task Monitor_CheckFailsUnexpectedly_IsLoggedAndTheNextOneComes()
    {
        var options = Options();
        var seen = new SeenEvents();
        var connection = new KafkaConnectionState(options, seen);
        var admin = new KafkaAdmin(options, connection, TimeProvider.System, seen);
        await using var tailer = new KafkaTailer(options, connection, seen);
        await using var monitor = new KafkaMonitor(options, admin, connection, TimeProvider.System, seen);

        admin.Dispose();
        monitor.Watch(NewSession(), tailer);

        await seen.WaitForAsync(2023, Deadline, 2);
    }

    [Fact]
    public async Task Discovery_ListingRefused_IsToldOnceAndKeepsTheLogs()
    {
        var seen = new SeenEvents();
        var names = new KafkaTopicNames("test");
        var isRefused = false;
        var discovery = new LogDiscovery(
            names,
            _ => isRefused ? throw new LogRefusedException("not allowed") : Task.FromResult<IReadOnlyList<string>?>([names.Config(Shop)]),
            seen);
        Assert.Equal([Shop], await discovery.LookAsync(Token) ?? new HashSet<LogName>());

        isRefused = true;
        for (var i = 0; i < 3; i++)
        {
            Assert.Null(await discovery.LookAsync(Token));
        }

        isRefused = false;
        Assert.Null(await discovery.LookAsync(Token));
        Assert.Equal([2024], seen.Ids);
    }

    private static TailSession NewSession() => new(Shop, new TopicState("test.east.shop.config", "id", 1, 1), 0, new TopicOffsets(0, 1, 1));

    private static string NewAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return certificate.ExportCertificatePem();
    }

    private void Spoil(bool isHalfWritten)
    {
        File.Delete(_authority);
        if (isHalfWritten)
        {
            File.WriteAllText(_authority, _pem[..(_pem.Length / 2)]);
        }
    }

    private KafkaLogOptions Options() => new()
    {
        // Nobody listens on the discard port.
        BootstrapServers = "127.0.0.1:9",
        Prefix = "test",
        RequestTimeout = TimeSpan.FromSeconds(1),
        CheckInterval = TimeSpan.FromMilliseconds(200),
        DiscoveryInterval = TimeSpan.FromMilliseconds(100),
        ClientOptions = new Dictionary<string, string>(StringComparer.Ordinal) { ["security.protocol"] = "ssl", ["ssl.ca.location"] = _authority },
    };
}
