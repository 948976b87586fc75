using System.Collections.Concurrent;
using EventGateway.Core.Acks;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Publishing;
using EventGateway.Core.Tests.Loading;
using EventGateway.TestKit.Logs;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EventGateway.Core.Tests.Acks;

/// <summary>A proxy that reports, and a writer that waits for it, over an ack log in memory.</summary>
public sealed class AckTests : LoaderTests, IAsyncLifetime
{
    private static readonly AckOptions Options = new();

    private readonly InMemoryAckLog _acks = new();
    private readonly ConcurrentQueue<ServedChange> _served = [];
    private readonly ConfigLoader _loader;
    private readonly FleetReader _fleet;
    private readonly ConvergenceWatch _convergence;
    private readonly AckReporter _reporter;

    public AckTests()
    {
        _loader = new ConfigLoader(Store, new LoaderOptions(), Broadcast, Time, NullLoggerFactory.Instance);
        _reporter = NewReporter("one");
        _fleet = new FleetReader(_acks, Options, Time, NullLogger<FleetReader>.Instance);
        _convergence = new ConvergenceWatch(_fleet, Time);
        _convergence.Served += _served.Enqueue;
    }

    public async ValueTask InitializeAsync()
    {
        await _fleet.StartAsync(Token);
        await _convergence.StartAsync(Token);
        await _loader.StartAsync(Token);
        await _reporter.StartAsync(Token);
    }

    public new async ValueTask DisposeAsync()
    {
        await _reporter.StopAsync(CancellationToken.None);
        await _loader.StopAsync(CancellationToken.None);
        await _convergence.StopAsync(CancellationToken.None);
        await _fleet.StopAsync(CancellationToken.None);
        _reporter.Dispose();
        _loader.Dispose();
        _convergence.Dispose();
        _fleet.Dispose();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Change_IsServedEverywhere_OnceTheProxyAckedIt()
    {
        var writer = await AppendAsync(null, 3, Time.GetUtcNow() - TimeSpan.FromSeconds(2));
        await ServedAsync(1);
        writer = await AppendAsync(writer, 4, null);
        await ServedAsync(2);

        Assert.Equal([1, 2], _served.Select(s => s.Position.Commit));
        var took = _served.Select(s => s.Took).ToList();
        Assert.True(took[0] >= TimeSpan.FromSeconds(2), $"{took[0]}");
        Assert.Null(took[1]);
        Assert.Equal(writer.Image.Hash, Ack().ImageHash);
    }

    [Fact]
    public async Task Change_OneProxyDoesNotServe_WaitsUntilThatIsLost()
    {
        var other = new AckReporter(
            _acks, new ImageBroadcast([], NullLogger<ImageBroadcast>.Instance), _loader, new LoaderOptions(), new ProxyName("stuck", "1"), "1", Options, Time,
            NullLogger<AckReporter>.Instance);
        await other.StartAsync(Token);
        await AppendAsync(null, 1, null);
        await PassAsync(() => _fleet.Fleet.Members.Count(m => m.Heartbeat is { IsReady: true }) == 2);
        await PassAsync(() => Ack() is { Commit: 1 });
        Assert.Empty(_served);

        // Cut off: it leaves without a word.
        _acks.GoAway();
        await other.StopAsync(Token);
        other.Dispose();
        _acks.ComeBack();
        await ServedAsync(1);
        Assert.Contains(_fleet.Fleet.Members, m => m.Name.Id == "stuck" && !_fleet.IsAlive(m));
    }

    [Fact]
    public async Task LostProxy_IsForgottenAfterAnHour_ThoughNothingIsWritten()
    {
        await AppendAsync(null, 1, null);
        await ServedAsync(1);
        await _acks.AppendAsync([new AckRecord("ack/gone/1/a/shop", _acks.Records.First(r => r.Key.StartsWith("ack/", StringComparison.Ordinal)).Value)], Token);
        await Until.TrueAsync(() => _fleet.Fleet.Members.Count() == 2, () => "The other is not there");
        Time.Advance(Options.KnownFor);
        await PassAsync(() => _fleet.Fleet.Members.Count() == 1);
    }

    [Fact]
    public async Task PublisherFails_TheImageIsNotAcked()
    {
        await AppendAsync(null, 1, null);
        await ServedAsync(1);
        Publisher.Throws = true;
        await AppendAsync(_writer, 2, null);
        await PassAsync(() => Broadcast.HasFailed(Samples.Shop));
        var beats = _acks.Records.Count(r => r.Key.StartsWith("proxy/", StringComparison.Ordinal));
        await PassAsync(() => _acks.Records.Count(r => r.Key.StartsWith("proxy/", StringComparison.Ordinal)) > beats + 1);
        Assert.Equal(1, Ack().Commit);
        Publisher.Throws = false;
        await AppendAsync(_writer, 3, null);
        await ServedAsync(3);
    }

    [Fact]
    public async Task AckLogIsReadAnew_TheProxyCountsAllTheTime()
    {
        await AppendAsync(null, 1, null);
        await ServedAsync(1);
        var logId = _writer!.Image.Position.LogId;
        _acks.GoAway();
        await PassAsync(() => _fleet.Fault is not null);
        Assert.Equal(1, _fleet.CommitEverywhere(Samples.Shop, logId));
        _acks.ComeBack();
        await PassAsync(() => _fleet.Fault is null);
        Assert.Equal(1, _fleet.CommitEverywhere(Samples.Shop, logId));
    }

    [Fact]
    public async Task Stop_InOrder_TakesTheProxyOutAtOnce()
    {
        await AppendAsync(null, 1, null);
        await ServedAsync(1);
        await _reporter.StopAsync(Token);
        await Until.TrueAsync(() => !_fleet.Fleet.Members.Any(), () => "The proxy is still there");
    }

    [Fact]
    public async Task AckLogAway_IsToldAndMadeUpForLater()
    {
        await AppendAsync(null, 1, null);
        await ServedAsync(1);
        _acks.GoAway();
        await AppendAsync(_writer, 2, null);
        await PassAsync(() => _reporter.Fault is not null && _fleet.Fault is not null);
        Assert.Single(_served);
        _acks.ComeBack();
        await ServedAsync(2);
        Assert.Null(_reporter.Fault);
        await PassAsync(() => _fleet.Fault is null);
    }

    [Fact]
    public async Task NothingChanges_OnlyHeartbeatsAreWritten_AndAllAgainFromTimeToTime()
    {
        await AppendAsync(null, 1, null);
        await ServedAsync(1);
        var before = _acks.Records.Count;
        await PassAsync(() => _acks.Records.Skip(before).Count(r => r.Key.StartsWith("proxy/", StringComparison.Ordinal)) >= 3);
        Assert.DoesNotContain(_acks.Records.Skip(before).Take(3), r => r.Key.StartsWith("ack/", StringComparison.Ordinal));

        Time.Advance(Options.RefreshInterval);
        await PassAsync(() => _acks.Records.Skip(before).Any(r => r.Key.StartsWith("ack/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ManyChanges_AreAckedTogether()
    {
        var writer = await AppendAsync(null, 1, null);
        await ServedAsync(1);
        var before = _acks.Records.Count(r => r.Key.StartsWith("ack/", StringComparison.Ordinal));
        for (var i = 2; i <= 50; i++)
        {
            writer = await AppendAsync(writer, i, null);
        }

        await ServedAsync(50);
        var acks = _acks.Records.Count(r => r.Key.StartsWith("ack/", StringComparison.Ordinal)) - before;
        Assert.InRange(acks, 1, 10);
    }

    [Fact]
    public async Task Refusal_ThatCameLater_IsAckedWithTheNextHeartbeat()
    {
        await AppendAsync(null, 1, null);
        await ServedAsync(1);
        Publisher.Unusable = [new RefusedRecord("route/shop/r0/0", "cannot be used")];
        await PassAsync(() => Ack() is { RefusedCount: 1 });
        Assert.Equal("cannot be used", Ack().Refused[0].Reason);
    }

    private LogSession? _writer;

    private async Task<LogSession> AppendAsync(LogSession? writer, int routes, DateTimeOffset? observedAt)
    {
        _writer = writer ?? await WriterAsync();
        var set = Routes(routes);
        set = new ChangeSet([.. set.Changes.Select(c => c with { Provenance = Provenance.None with { ObservedAt = observedAt } })]);
        await _writer.AppendAsync(set, populated: true, Token);
        _convergence.OnAppended(Samples.Shop, _writer.Image.Position, set);
        return _writer;
    }

    private LogAck Ack() => _fleet.Fleet.Members.Single(m => m.Name.Id == "one").Acks[Samples.Shop];

    private Task ServedAsync(int count) => PassAsync(() => _served.Count == count);

    /// <summary>Lets time go on until something holds.</summary>
    private Task PassAsync(Func<bool> condition) => Until.TrueAsync(
        Time, TimeSpan.FromMilliseconds(50), condition,
        () => $"Served: {string.Join(", ", _served)}; proxies: {string.Join(", ", _fleet.Fleet.Members)}; faults: {_reporter.Fault}, {_fleet.Fault}");

    private AckReporter NewReporter(string id) => new(
        _acks, Broadcast, _loader, new LoaderOptions(), ProxyName.New(id), "1", Options, Time, NullLogger<AckReporter>.Instance);
}
