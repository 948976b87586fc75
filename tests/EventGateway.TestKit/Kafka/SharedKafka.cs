using Testcontainers.Kafka;
using Xunit;

namespace EventGateway.TestKit.Kafka;

/// <summary>
/// The Kafka that all tests of an assembly share (<c>[assembly: AssemblyFixture(typeof(SharedKafka))]</c>): the one that
/// <c>EVENTGATEWAY_TEST_KAFKA</c> names; else a broker from <c>KAFKA_HOME</c>; else a container. Where none of them works, tests that ask for
/// it are skipped with the reason. Each test uses names of its own.
/// </summary>
public sealed class SharedKafka : IAsyncLifetime
{
    private const string Image = "apache/kafka:4.3.1";
    private static readonly TimeSpan ContainerDeadline = TimeSpan.FromMinutes(3);

    private readonly SemaphoreSlim _starting = new(1);
    private KafkaBroker? _broker;
    private KafkaContainer? _container;
    private string? _servers;
    private string? _whyNot;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Addresses of the brokers; started on first use. Skips the test when there can be none.</summary>
    public async Task<string> GetBootstrapServersAsync()
    {
        if (await FindBootstrapServersAsync() is not { } servers)
        {
            Assert.Skip(_whyNot!);
            return "";
        }

        return servers;
    }

    /// <summary>Addresses of the brokers; null: there can be none.</summary>
    public async Task<string?> FindBootstrapServersAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_servers is null && _whyNot is null)
            {
                await StartAsync();
            }
        }
        finally
        {
            _starting.Release();
        }

        return _servers;
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        if (_container is not null)
        {
            await _container.DisposeAsync();
        }

        _starting.Dispose();
    }

    private async Task StartAsync()
    {
        if (Environment.GetEnvironmentVariable("EVENTGATEWAY_TEST_KAFKA") is { Length: > 0 } servers)
        {
            _servers = servers;
        }
        else if (KafkaBroker.CanStart(out var reason))
        {
            _broker = await KafkaBroker.StartAsync(new KafkaBrokerOptions());
            _servers = _broker.BootstrapServers;
        }
        else
        {
            await StartContainerAsync(reason);
        }
    }

    private async Task StartContainerAsync(string noBroker)
    {
        using var deadline = new CancellationTokenSource(ContainerDeadline);
        try
        {
            _container = new KafkaBuilder(Image).Build();
            await _container.StartAsync(deadline.Token);
            _servers = _container.GetBootstrapAddress();
        }
        catch (Exception e)
        {
            // Whatever Docker has against it, the tests cannot run; each says so.
            _whyNot = $"There is no Kafka to test with: EVENTGATEWAY_TEST_KAFKA is not set, {noBroker}, and a container of {Image} cannot be started: {FirstLine(e)}";
        }
    }

    private static string FirstLine(Exception e) => e.Message.Split('\n')[0].Trim();
}
