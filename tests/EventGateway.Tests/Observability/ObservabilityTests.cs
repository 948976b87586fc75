using System.Diagnostics;
using System.Text.RegularExpressions;

namespace EventGateway.Tests.Observability;

/// <summary>The dashboard, the alerts and the reference speak of the metrics there really are.</summary>
public sealed partial class ObservabilityTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    private static readonly string Reference = File.ReadAllText(Repository.PathOf("docs", "reference", "answers-and-metrics.md"));
    private static readonly string Guide = File.ReadAllText(Repository.PathOf("docs", "guides", "observability.md"));

    /// <summary>Emitted by a watcher, or by a proxy with <c>--data</c>: only where there is a Kafka for them.</summary>
    private static readonly string[] OnlyWithKafka =
    [
        "eventgateway_change_to_all_proxies_seconds", "eventgateway_fleet_known", "eventgateway_fleet_proxies", "eventgateway_last_known_good_age_seconds",
        "eventgateway_last_known_good_commit", "eventgateway_last_known_good_loaded", "eventgateway_last_known_good_refused", "eventgateway_last_known_good_write_failures_total",
    ];

    /// <summary>Emitted where a cluster is read; the gateway that runs here reads manifests.</summary>
    private static readonly string[] OnlyFromClusters =
    [
        "eventgateway_watch_delay_seconds", "eventgateway_watch_errors_total", "eventgateway_watch_events_total", "eventgateway_watch_lists_total",
        "eventgateway_watch_problems", "eventgateway_watch_silence_seconds", "eventgateway_watch_streams", "eventgateway_watch_streams_connected",
    ];

    /// <summary>What nothing has happened to that would make a series: no fault, no refusal, no stream port.</summary>
    private static readonly string[] WithoutSeries =
    [
        "eventgateway_client_certificates_refused_total", "eventgateway_config_publisher_faults_total", "eventgateway_connections_refused_total",
        "eventgateway_stream_bytes_total", "eventgateway_stream_connections_total", "eventgateway_upstream_circuit_open_total",
        "eventgateway_upstream_ejections_total", "eventgateway_upstream_probes_total", "eventgateway_upstream_retries_total",
        "eventgateway_upstream_retry_budget_exhausted_total", "eventgateway_upstream_tls_failures_total",
    ];

    [Fact]
    public void Expressions_ReadWhatIsEmitted_AsWhatItIs() => AssertNone(ObservabilityFiles.Expressions.SelectMany(e => e.Faults(Known())));

    [Fact]
    public void Variables_OfTheDashboard_AreEmitted() => Assert.All(ObservabilityFiles.Variables, variable =>
    {
        Assert.True(Known().TryGetValue(variable.Series, out var family), variable.Series);
        Assert.True(variable.Label == "instance" || family.Labels!.Contains(variable.Label), $"{variable.Series} {variable.Label}");
    });

    [Fact]
    public void Dashboard_ShowsEveryMetricOfOurs()
    {
        var shown = ObservabilityFiles.Expressions.SelectMany(e => e.Series).Select(s => MetricExposition.FamilyOf(s, Known().ToDictionary(f => f.Key, f => f.Value.Type))).ToHashSet();
        AssertNone(Known().Keys.Where(n => n.StartsWith("eventgateway_", StringComparison.Ordinal) && !shown.Contains(n)).Select(n => $"{n} stands in no panel and no alert"));
    }

    [Fact]
    public void Reference_ListsWhatIsEmitted_AndNothingElse()
    {
        var documented = Documented();
        AssertNone(gateway.Families.Keys.Except(documented.Keys).Select(n => $"{n} is emitted, and stands not in docs/reference/answers-and-metrics.md")
            .Concat(documented.Keys.Except(gateway.Families.Keys).Except(OnlyFromClusters).Except(gateway.WithKafka ? [] : OnlyWithKafka).Select(n => $"{n} stands in docs/reference/answers-and-metrics.md, and is not emitted")));
    }

    [Fact]
    public void Reference_Labels_AreThoseOfTheSeries()
    {
        var documented = Documented();
        AssertNone(
            from family in gateway.Families.Values
            where family.Labels is not null && documented.ContainsKey(family.Name)
            let said = string.Join(' ', documented[family.Name].Order(StringComparer.Ordinal))
            let emitted = string.Join(' ', family.Labels!)
            where said != emitted
            select $"{family.Name}: documented with '{said}', emitted with '{emitted}'");
    }

    [Fact]
    public void Series_OfEveryFamily_AreThere() => Assert.Equal(WithoutSeries, gateway.Families.Values.Where(f => f.Labels is null).Select(f => f.Name));

    [Fact]
    public void Alerts_EachHasItsRunbook() => AssertNone(
        from rule in ObservabilityFiles.Rules
        let anchor = Runbook().Match(rule.Text).Groups[1].Value
        let name = Headings().Matches(Guide).Select(m => m.Groups[1].Value).FirstOrDefault(h => h.Equals(anchor, StringComparison.OrdinalIgnoreCase))
        where name is null || !rule.Name.StartsWith(name, StringComparison.Ordinal)
        select $"{rule.Name}: its runbook '{anchor}' is no heading of docs/guides/observability.md");

    [Fact]
    public void Faults_OfWrongExpressions_AreFound()
    {
        string[] wrong =
        [
            "rate(eventgateway_config_commit[5m])", "eventgateway_requests_total", "sum by (pod) (eventgateway_requests_in_flight)", "eventgateway_nothing_total",
            "rate(eventgateway_requests_total{colour=\"red\"}[5m])", "histogram_quantile(0.9, sum by (le) (rate(eventgateway_request_duration_seconds_sum[5m])))",
            "avg_over_time(eventgateway_requests_total[5m])", "rate(eventgateway_request_duration_seconds[5m])",
        ];
        Assert.All(wrong, text => Assert.NotEmpty(new PromExpression("here", text).Faults(Known())));
    }

    [Fact]
    public void Promtool_Rules_AreValidAndDoWhatTheirTestsSay()
    {
        var promtool = Promtool();
        Run(promtool, "check", "rules", ObservabilityFiles.Alerts);
        Run(promtool, "test", "rules", Path.Combine(ObservabilityFiles.Folder, "alerts.test.yaml"));
        Run(promtool, "check", "config", Path.Combine(ObservabilityFiles.Folder, "prometheus.yaml"));
    }

    [Fact]
    public void Promtool_ExpressionsOfTheDashboard_AreValid()
    {
        var promtool = Promtool();
        using var folder = new TemporaryFolder();
        var rules = ObservabilityFiles.Expressions.Select((e, i) => $"      - record: \"dashboard:expression:{i}\"\n        expr: {System.Text.Json.JsonSerializer.Serialize(e.Query)}\n");
        Run(promtool, "check", "rules", folder.Write("rules.yaml", $"groups:\n  - name: dashboard\n    rules:\n{string.Concat(rules)}"));
    }

    [Fact]
    public void Promtool_Metrics_FollowTheConventions()
    {
        var promtool = Promtool();

        // Names that others have made: the runtime's metrics are called so wherever .NET is watched, and Prometheus' own libraries say «_seconds».
        var said = Run(promtool, gateway.Text, isFailure: _ => false, "check", "metrics").Split('\n')
            .Where(l => l.StartsWith("eventgateway_", StringComparison.Ordinal));
        AssertNone(said);
    }

    /// <summary>With the labels that the reference gives where there is no series to look at.</summary>
    private Dictionary<string, MetricFamily> Known()
    {
        var documented = Documented();
        return gateway.Families.ToDictionary(f => f.Key, f => f.Value with { Labels = f.Value.Labels ?? [.. documented.GetValueOrDefault(f.Key, [])] });
    }

    private static Dictionary<string, string[]> Documented() => Row().Matches(Reference)
        .ToDictionary(m => m.Groups[1].Value, m => Quoted().Matches(m.Groups[2].Value).Select(q => q.Groups[1].Value).ToArray());

    private static string Promtool()
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(d => Path.Combine(d, "promtool")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, "promtool is not installed (Debian: prometheus)");
        return path!;
    }

    private static void Run(string promtool, params string[] arguments) => Run(promtool, "", isFailure: code => code != 0, arguments);

    private static string Run(string promtool, string input, Func<int, bool> isFailure, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(promtool, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd() + error.GetAwaiter().GetResult();
        process.WaitForExit();
        Assert.False(isFailure(process.ExitCode), $"promtool {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{said}");
        return said;
    }

    private static void AssertNone(IEnumerable<string> findings)
    {
        var all = string.Join('\n', findings);
        Assert.True(all.Length == 0, all);
    }

    [GeneratedRegex(@"^\| `((?:eventgateway|dotnet|process)_[a-z_]+)` \|([^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"runbook: docs/guides/observability\.md#(\S+)")]
    private static partial Regex Runbook();

    [GeneratedRegex(@"^#+ (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Headings();
}
