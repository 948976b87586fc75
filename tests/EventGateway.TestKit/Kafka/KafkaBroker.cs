using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace EventGateway.TestKit.Kafka;

/// <summary>
/// One Apache Kafka broker (KRaft) as a process of its own, from <c>KAFKA_HOME</c>, on free loopback ports and in a temporary folder. It can be
/// killed and started again on the same folder and ports. Tests that need one are skipped where there is no <c>KAFKA_HOME</c>.
/// </summary>
public sealed class KafkaBroker : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private readonly KafkaHome _home;
    private readonly KafkaBrokerOptions _options;
    private readonly string _folder;
    private readonly int _port;
    private readonly int _controllerPort;
    private Process? _process;

    private KafkaBroker(KafkaHome home, KafkaBrokerOptions options)
    {
        _home = home;
        _options = options;
        _folder = Directory.CreateTempSubdirectory("eventgateway-kafka-").FullName;
        (_port, _controllerPort) = FreePorts();
    }

    /// <summary><c>127.0.0.1:port</c>.</summary>
    public string BootstrapServers => $"127.0.0.1:{_port}";

    public int? ProcessId => _process?.Id;

    /// <summary>Starts a broker; the test is skipped when that is not possible here.</summary>
    public static async Task<KafkaBroker> StartOrSkipAsync(KafkaBrokerOptions? options = null)
    {
        if (!KafkaHome.TryFind(out _, out var reason))
        {
            Assert.Skip($"This test needs a Kafka broker of its own, and {reason}");
        }

        return await StartAsync(options ?? new KafkaBrokerOptions());
    }

    /// <summary>Whether a broker can be started here, and why not.</summary>
    public static bool CanStart(out string reason) => KafkaHome.TryFind(out _, out reason);

    public static async Task<KafkaBroker> StartAsync(KafkaBrokerOptions options)
    {
        if (!KafkaHome.TryFind(out var home, out var reason))
        {
            throw new InvalidOperationException(reason);
        }

        var broker = new KafkaBroker(home, options);
        try
        {
            await broker.FormatAsync();
            await broker.RestartAsync();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>As a power cut does it (SIGKILL).</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
        }
    }

    /// <summary>Starts the broker again on what it has on disk, and returns when it serves.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        var output = new ProcessOutput(Run("kafka.Kafka", [ConfigFile]), "Kafka Server started");
        _process = output.Process;
        KillWithThisProcess(_process.Id);
        if (await Task.WhenAny(output.Seen, output.Ended, Task.Delay(StartDeadline, TimeProvider.System)) != output.Seen)
        {
            throw new InvalidOperationException($"The Kafka broker did not start within {StartDeadline}. It said:\n{output.Text}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private string ConfigFile => Path.Combine(_folder, "server.properties");

    private async Task FormatAsync()
    {
        var settings = BrokerSettings();
        foreach (var (name, value) in _options.Properties)
        {
            settings[name] = value
                .Replace("{port}", $"{_port}", StringComparison.Ordinal)
                .Replace("{controller}", $"{_controllerPort}", StringComparison.Ordinal);
        }

        await File.WriteAllLinesAsync(ConfigFile, settings.Where(s => s.Value.Length > 0).Select(s => $"{s.Key}={s.Value}"));
        await File.WriteAllTextAsync(LoggingFile, Logging);
        var output = new ProcessOutput(Run("kafka.tools.StorageTool", ["format", "-t", NewClusterId(), "-c", ConfigFile]), null);
        await output.Ended.WaitAsync(StartDeadline, TimeProvider.System);
        if (output.Process.ExitCode != 0)
        {
            throw new InvalidOperationException($"Kafka's storage could not be formatted:\n{output.Text}");
        }
    }

    private Dictionary<string, string> BrokerSettings() => new(StringComparer.Ordinal)
    {
        ["process.roles"] = "broker,controller",
        ["node.id"] = "1",
        ["controller.quorum.voters"] = $"1@127.0.0.1:{_controllerPort}",
        ["listeners"] = $"PLAINTEXT://127.0.0.1:{_port},CONTROLLER://127.0.0.1:{_controllerPort}",
        ["advertised.listeners"] = $"PLAINTEXT://127.0.0.1:{_port}",
        ["controller.listener.names"] = "CONTROLLER",
        ["listener.security.protocol.map"] = "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL",
        ["log.dirs"] = Path.Combine(_folder, "log"),

        // A topic that comes into being by accident is a fault that tests must see.
        ["auto.create.topics.enable"] = "false",
        ["offsets.topic.replication.factor"] = "1",
        ["offsets.topic.num.partitions"] = "1",
        ["transaction.state.log.replication.factor"] = "1",
        ["transaction.state.log.min.isr"] = "1",
        ["transaction.state.log.num.partitions"] = "1",
        ["share.coordinator.state.topic.replication.factor"] = "1",
        ["share.coordinator.state.topic.min.isr"] = "1",
        ["share.coordinator.state.topic.num.partitions"] = "1",
        ["group.initial.rebalance.delay.ms"] = "0",

        // So that compaction shows in a test: 15 s otherwise.
        ["log.cleaner.backoff.ms"] = "200",
        ["log.cleaner.dedupe.buffer.size"] = "16777216",
        ["log.initial.task.delay.ms"] = "500",
    };

    private Process Run(string mainClass, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(_home.Java) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        foreach (var argument in (string[])
                 [$"-Xmx{_options.Heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", $"-Dlog4j2.configurationFile={LoggingFile}",
                  $"-Dkafka.logs.dir={_folder}", "-cp", Path.Combine(_home.Libs, "*"), mainClass, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{_home.Java} did not start");
    }

    // A test host that is killed must not leave brokers behind.
    private void KillWithThisProcess(int broker)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const string Script =
            "while kill -0 \"$1\" 2>/dev/null; do kill -0 \"$2\" 2>/dev/null || exit 0; sleep 1; done; kill -9 \"$2\" 2>/dev/null; rm -rf \"$3\"";
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-c", Script, "watch", $"{Environment.ProcessId}", $"{broker}", _folder])
        {
            start.ArgumentList.Add(argument);
        }

        Process.Start(start)?.Dispose();
    }

    private string LoggingFile => Path.Combine(_folder, "log4j2.properties");

    private const string Logging =
        """
        status=ERROR
        rootLogger.level=WARN
        rootLogger.appenderRef.console.ref=STDOUT
        appender.console.type=Console
        appender.console.name=STDOUT
        appender.console.layout.type=PatternLayout
        appender.console.layout.pattern=%d{ISO8601} %-5p %c{1} %m%n
        logger.server.name=kafka.server.KafkaRaftServer
        logger.server.level=INFO

        """;

    // Kafka writes UUIDs in base64 for URLs; one that starts with '-' would be taken for a flag.
    private static string NewClusterId()
    {
        var id = Base64Url.EncodeToString(Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N")[..16]));
        return id.StartsWith('-') ? NewClusterId() : id;
    }

    private static (int Port, int ControllerPort) FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }
}
