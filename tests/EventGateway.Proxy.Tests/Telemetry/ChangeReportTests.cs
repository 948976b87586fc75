using System.Diagnostics;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using EventGateway.Proxy.Telemetry;
using EventGateway.Proxy.Tests.Fixtures;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace EventGateway.Proxy.Tests.Telemetry;

/// <summary>What a proxy tells of each change set: a line, a span, numbers.</summary>
public sealed class ChangeReportTests : IDisposable
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    private readonly FakeTimeProvider _time = new(Config.Epoch);
    private readonly ChangeStages _stages = new();
    private readonly ProxyMetrics _metrics = new(new ProxyOptions());
    private readonly RecordedLines<ChangeLog> _lines = new();
    private readonly ChangeLog _log;
    private readonly ChangeReportPublisher _report;
    private readonly LogName _name = new("test", "shop");
    private readonly TestLog _source = new("shop");
    private ConfigImage _image = ConfigImage.Empty;

    public ChangeReportTests()
    {
        _log = new ChangeLog(_lines, _time);
        _report = new ChangeReportPublisher(_stages, new ChangeMetrics(_metrics), _log, _time);
    }

    public void Dispose() => _log.Dispose();

    [Fact]
    public void OnImage_ChangeSet_OneLineWithWhatChangedAndEachStage()
    {
        Publish([Config.Route("r", "x", "/"), Config.Backend("b")], []);
        _source.Provenance = Provenance.None with { ObservedAt = Config.Epoch, Author = "alice" };
        _time.Advance(TimeSpan.FromMilliseconds(30));
        Publish(
            [Config.Route("r", "x", "/a"), Config.Route("s", "x", "/s"), Config.Backend("c"), Config.Backend("d")],
            [Config.BackendKey("b")],
            committedAt: Config.Epoch.AddMilliseconds(12.5));
        var lines = _lines.Lines.ToList();
        Assert.Equal(2, lines.Count);
        Assert.Matches(@"^Information 5020 test/shop@1: 2 added, 0 changed, 0 removed \(route 1, backend 1\): .*; first image of this log here; tables [0-9.]+ ms$", lines[0]);
        Assert.Matches(
            @"^Information 5020 test/shop@2: 3 added, 1 changed, 1 removed \(route 2, backend 3\): (route|backend)/ns/[a-d,rs]/[080]+, .*, 2 more; seen 00:00:00\.000Z by alice; "
            + @"observed->committed 12\.5 ms, committed->read [0-9.]+ ms, tables [0-9.]+ ms, total 30\.0 ms$",
            lines[1]);
    }

    [Fact]
    public void OnImage_CommitsReadTogether_NamesAllOfThem()
    {
        Publish([Config.Backend("a")], []);
        Publish([Config.Backend("b")], [], commit: 5);
        Assert.Contains("test/shop@2..5: 1 added", _lines.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void OnImage_Certificate_NamesNoSecret()
    {
        var (chain, key) = TestCertificates.Ecdsa("x");
        Publish([new Certificate(EntityKey.Certificate("ns", "tls")) { ServerNames = ["x"], ChainPem = chain, PrivateKey = new PlainSecret(System.Text.Encoding.UTF8.GetBytes(key)) }], []);
        var line = Assert.Single(_lines.Lines);
        Assert.Contains("certificate/ns/tls", line, StringComparison.Ordinal);
        Assert.DoesNotContain("BEGIN", line, StringComparison.Ordinal);
    }

    [Fact]
    public void OnImage_AThousandASecond_FewLinesAndTheLastPosition()
    {
        for (var i = 0; i < 1000; i++)
        {
            Publish([Config.Backend($"b{i}")], []);
            _time.Advance(TimeSpan.FromMilliseconds(0.5));
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(ChangeLog.LinesASecond + 1, _lines.Lines.Count);
        Assert.Equal(
            "Information 5022 990 more change sets within a second, 990 changes, the last test/shop@1000; at most 0.0 ms from source to here; --log-level debug tells each", _lines.Lines.Last());

        // The next second has its own.
        Publish([Config.Backend("more")], []);
        Assert.Contains("test/shop@1001: 1 added", _lines.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void OnImage_DebugLevel_EachHasItsLine()
    {
        var lines = new RecordedLines<ChangeLog>(LogLevel.Debug);
        using var log = new ChangeLog(lines, _time);
        var report = new ChangeReportPublisher(_stages, new ChangeMetrics(new ProxyMetrics(new ProxyOptions())), log, _time);
        for (var i = 0; i < 100; i++)
        {
            Publish([Config.Backend($"b{i}")], [], report: report);
        }

        Assert.Equal((10, 90), (lines.Lines.Count(l => l.StartsWith("Information 5020", StringComparison.Ordinal)), lines.Lines.Count(l => l.StartsWith("Debug 5021", StringComparison.Ordinal))));
        Assert.Equal(100, lines.Lines.Select(l => l.Split(' ')[2]).Distinct().Count());
    }

    [Fact]
    public async Task OnImage_Metrics_CountChangesAndStages()
    {
        Publish([Config.Backend("first")], []);
        _source.Provenance = Provenance.None with { ObservedAt = Config.Epoch };
        Publish([Config.Backend("first"), Config.Backend("a")], [], committedAt: Config.Epoch.AddMilliseconds(3));
        Publish([], [Config.BackendKey("a")]);
        var text = await TextAsync();
        foreach (var line in new[]
        {
            "eventgateway_config_changes_total{kind=\"backend\",change=\"added\"} 1",
            "eventgateway_config_changes_total{kind=\"backend\",change=\"changed\"} 1",
            "eventgateway_config_changes_total{kind=\"backend\",change=\"removed\"} 1",
            "eventgateway_change_stage_seconds_count{stage=\"observed_to_committed\"} 1",
            "eventgateway_change_stage_seconds_sum{stage=\"observed_to_committed\"} 0.003",
            "eventgateway_change_stage_seconds_count{stage=\"committed_to_read\"} 1",
            "eventgateway_change_stage_seconds_count{stage=\"read_to_served\"} 2",
        })
        {
            Assert.Contains(line + "\n", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void OnImage_SourceNamesOneTrace_SpanIsItsChild()
    {
        using var spans = new RecordedSpans();
        Publish([Config.Backend("first")], []);
        _source.Provenance = Provenance.None with { TraceParent = $"00-{TraceId}-b7ad6b7169203331-01" };
        Publish([Config.Backend("a"), Config.Backend("b")], []);
        var apply = Assert.Single(spans.Ended, s => s.TraceId.ToHexString() == TraceId && s.Kind == ActivityKind.Consumer);
        Assert.Equal(("apply change set", "b7ad6b7169203331"), (apply.DisplayName, apply.ParentSpanId.ToHexString()));
        Assert.Equal(("test/shop@2", "backend 2", 2), (apply.GetTagItem("eventgateway.position"), apply.GetTagItem("eventgateway.changes.kinds"), apply.GetTagItem("eventgateway.changes.added")));
        var stage = Assert.Single(spans.Ended, s => s.ParentSpanId == apply.SpanId);
        Assert.Equal("publish tables", stage.DisplayName);
        Assert.InRange(stage.StartTimeUtc, apply.StartTimeUtc, apply.StartTimeUtc + apply.Duration);
    }

    [Fact]
    public void OnImage_SourceNamesSeveralTraces_SpanLinksThem()
    {
        using var spans = new RecordedSpans();
        Publish([Config.Backend("first")], []);
        var delta = new ConfigDelta(_image);
        foreach (var (name, span) in new[] { ("a", "1111111111111111"), ("b", "2222222222222222"), ("c", "2222222222222222"), ("d", "nonsense") })
        {
            var parent = $"00-{TraceId}-{span}-01";
            delta.Put(Config.Backend(name), ContentHash.Of([1]), new RecordVersion(1, 7), Provenance.None with { TraceParent = parent });
        }

        Publish(delta, delta.Apply(_image.Position with { Commit = 77 }), _report);
        var apply = Assert.Single(spans.Ended, s => (string?)s.GetTagItem("eventgateway.position") == "test/shop@77");
        Assert.NotEqual(TraceId, apply.TraceId.ToHexString());
        Assert.Equal(["1111111111111111", "2222222222222222"], apply.Links.Select(l => l.Context.SpanId.ToHexString()).Order());
    }

    private void Publish(IEnumerable<Entity> put, IEnumerable<EntityKey> remove, DateTimeOffset? committedAt = null, long? commit = null, ChangeReportPublisher? report = null)
    {
        var delta = new ConfigDelta(_image);
        foreach (var entity in put)
        {
            delta.Put(entity, ContentHash.Of(Guid.NewGuid().ToByteArray()), new RecordVersion(1, _image.Position.Commit + 1), _source.Provenance);
        }

        foreach (var key in remove)
        {
            delta.Remove(key);
        }

        Publish(delta, delta.Apply(_image.Position with { Commit = commit ?? _image.Position.Commit + 1, CommittedAt = committedAt }), report ?? _report);
    }

    private void Publish(ConfigDelta delta, ConfigImage image, IImagePublisher report)
    {
        _image = image;
        new TimedPublisher(new Tables(), _metrics, _stages).OnImage(_name, delta, image);
        report.OnImage(_name, delta, image);
    }

    private async Task<string> TextAsync()
    {
        using var text = new MemoryStream();
        await _metrics.Registry.CollectAndExportAsTextAsync(text);
        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }

    private sealed class Tables : IImagePublisher
    {
        public string Name => "tables";

        public void OnImage(LogName log, ConfigDelta delta, ConfigImage image)
        {
        }
    }
}
