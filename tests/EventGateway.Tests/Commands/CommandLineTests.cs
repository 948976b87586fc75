using System.CommandLine;
using EventGateway.Commands;
using EventGateway.Core.Sealing;
using Microsoft.Extensions.Time.Testing;

namespace EventGateway.Tests.Commands;

public sealed class CommandLineTests
{
    public static TheoryData<string> CommandPaths => [.. Paths(CommandLine.Create(), "")];

    [Theory]
    [MemberData(nameof(CommandPaths))]
    public async Task Help_OfEveryCommand_EndsWithExamplesThatParse(string path)
    {
        var arguments = path.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var run = await CommandRun.OfAsync([.. arguments, "--help"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        var examples = run.Out.Split('\n').SkipWhile(l => !l.StartsWith("Examples:", StringComparison.Ordinal)).Skip(1).TakeWhile(l => l.Length > 0).ToList();
        Assert.NotEmpty(examples);
        foreach (var example in examples.Where(e => e.StartsWith("  eventgateway ", StringComparison.Ordinal)))
        {
            var words = example.Split('|', '>')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).ToArray();
            Assert.True(CommandLine.Create().Parse(words).Errors.Count == 0, example);
        }
    }

    [Theory]
    [InlineData("keyz", "eventgateway: keyz: there is no such command; did you mean keys?")]
    [InlineData("keys new --di x", "eventgateway: --di: there is no such flag here; did you mean --id?")]
    [InlineData("keys new --id=a b", "eventgateway: b: was not expected here")]
    [InlineData("keys new --id", "eventgateway: Required argument missing for option: '--id'.")]
    [InlineData("keys", "eventgateway: name a command: new")]
    public async Task Run_WrongUsage_ExitsWith2AndSaysWhat(string line, string expected)
    {
        var run = await CommandRun.OfAsync(line.Split(' '));
        Assert.Equal(2, run.ExitCode);
        Assert.Equal(expected, run.Error.Split('\n')[0]);
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task Run_NoCommand_ExitsWith2AndNamesTheCommands()
    {
        var run = await CommandRun.OfAsync([]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("name a command: standalone, watcher, proxy", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SeveralFaults_ListsThemAllAtOnce()
    {
        var run = await CommandRun.OfAsync(["proxy", "--http-port", "x", "--htps-port", "1"], new Dictionary<string, string> { ["EVENTGATEWAY_LOG_LEVEL"] = "loud" });
        Assert.Equal(2, run.ExitCode);
        Assert.Equal(
            [
                "eventgateway: --htps-port: there is no such flag here; did you mean --https-port?",
                "eventgateway: EVENTGATEWAY_LOG_LEVEL: 'loud' is not a level; use trace, debug, info, warn, error or critical",
                "eventgateway: --kafka: is required; give for example --kafka 127.0.0.1:9092, or set EVENTGATEWAY_KAFKA",
                "eventgateway: --http-port: 'x' is not a port; use 1 to 65535, or 0 for any free one",
                "See: eventgateway proxy --help",
            ],
            run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("--namespace shop")]
    [InlineData("--namespace-selector team=a")]
    [InlineData("--all-namespaces")]
    public async Task Watcher_KubeconfigThatIsNotThere_IsAWrongSetting(string flags)
    {
        var run = await CommandRun.OfAsync(["watcher", "--kafka", "127.0.0.1:1", "--origin", "a", "--kubeconfig", "/no/such/file", .. flags.Split(' ')]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("eventgateway: --kubeconfig: there is no kubeconfig file '/no/such/file'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_OneProcessAndTheFleet_AsksWhich()
    {
        var run = await CommandRun.OfAsync(["status", "--kafka", "127.0.0.1:1", "--url", "http://127.0.0.1:8100"]);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("eventgateway: --url and --kafka: name one: a process to ask, or the Kafka in which all proxies report", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wait", "name one thing to wait for")]
    [InlineData("wait a/shop@1 b/shop@2", "name one thing to wait for")]
    [InlineData("wait shop/web", "'shop/web' is neither KIND/NAMESPACE/NAME")]
    [InlineData("wait deployment/shop/web", "'deployment/shop/web' is neither")]
    [InlineData("wait a/shop@x", "'a/shop@x' is neither")]
    [InlineData("wait a/shop@1 --generation 2", "--generation: a position has no generation")]
    [InlineData("wait ingress/shop/web --generation 0", "--generation: '0' is not a generation; use 1 or more")]
    [InlineData("wait ingress/shop/web --timeout soon", "--timeout: 'soon' is not a time")]
    public async Task Wait_WrongUsage_ExitsWith2AndSaysWhatToWrite(string line, string expected)
    {
        var run = await CommandRun.OfAsync([.. line.Split(' '), "--kafka", "127.0.0.1:1"]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_NoKafka_ExitsWith3()
    {
        var run = await CommandRun.OfAsync(["wait", "ingress/shop/web", "--kafka", "127.0.0.1:1"]);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("127.0.0.1:1", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SomethingUnforeseen_ExitsWith3AndOneLine()
    {
        using var closed = new StringWriter();
        closed.Dispose();
        using var error = new StringWriter();
        var console = new CommandConsole(closed, error, _ => null, TimeProvider.System);
        Assert.Equal(3, await CommandLine.RunAsync(["keys", "new"], console, TestContext.Current.CancellationToken));
        Assert.StartsWith("eventgateway: cannot go on: ObjectDisposedException: ", Assert.Single(error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watcher_Help_OffersManifestsAndClusters() =>
        Assert.Contains("--kubeconfig", (await CommandRun.OfAsync(["watcher", "--help"])).Out, StringComparison.Ordinal);

    [Fact]
    public async Task KeysNew_Plain_PrintsALineThatARingTakes()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 7, 8, 9, 10, 11, TimeSpan.Zero));
        var run = await CommandRun.OfAsync(["keys", "new"], time: time);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("k20260708091011", KeyRing.Parse(run.Out).SealingKeyId);
    }

    [Fact]
    public async Task KeysNew_WithId_UsesIt() => Assert.Equal("prod.1", KeyRing.Parse((await CommandRun.OfAsync(["keys", "new", "--id", "prod.1"])).Out).SealingKeyId);

    [Fact]
    public async Task KeysNew_WrongId_ExitsWith2()
    {
        var run = await CommandRun.OfAsync(["keys", "new", "--id", "a b"]);
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("eventgateway: --id: 'a b' is not a key id; use 1 to 64 letters, digits, '.', '_' and '-'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_Plain_PrintsNameAndNumber() => Assert.Matches(@"^eventgateway \d+\.\d+\.\d+\n$", (await CommandRun.OfAsync(["version"])).Out);

    private static IEnumerable<string> Paths(Command command, string path) =>
        [path, .. command.Subcommands.SelectMany(c => Paths(c, $"{path} {c.Name}".Trim()))];
}
