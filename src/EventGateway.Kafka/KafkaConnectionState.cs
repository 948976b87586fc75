using Confluent.Kafka;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>Whether Kafka answers, and if not why, as all clients of a store have seen it. Safe for use from any thread.</summary>
internal sealed class KafkaConnectionState(KafkaLogOptions options, ILogger logger)
{
    private const string LoginAdvice = "check security.protocol, sasl.mechanism, sasl.username, sasl.password and ssl.*";
    private const string AddressAdvice = "check the address and that the broker runs";

    private readonly Lock _lock = new();
    private TaskCompletionSource _loginRefused = NewSource();
    private bool _connected;
    private bool _everTold;
    private Error? _fault;

    public bool IsConnected => Volatile.Read(ref _connected);

    /// <summary>Why there is no connection; null while there is one, or before the first try.</summary>
    public string? LastFault
    {
        get
        {
            lock (_lock)
            {
                return _connected || _fault is null ? null : DescribeWithAdvice(_fault);
            }
        }
    }

    /// <summary>Raised by any client, on any thread, when the store should look at once whether all is well.</summary>
    public event Action? Doubted;

    /// <summary>Ends when a broker refuses the login, so that nobody waits out a timeout that cannot help.</summary>
    public Task LoginRefused
    {
        get
        {
            lock (_lock)
            {
                return _loginRefused.Task;
            }
        }
    }

    public void Answered()
    {
        if (Volatile.Read(ref _connected))
        {
            return;
        }

        lock (_lock)
        {
            if (_connected)
            {
                return;
            }

            _connected = true;
            _everTold = false;
            _fault = null;
        }

        logger.Connected(options.BootstrapServers);
    }

    /// <summary>A client's error callback. librdkafka repeats these; only a change is told.</summary>
    public void Note(Error error)
    {
        if (!KafkaFaults.IsConnection(error.Code))
        {
            logger.ClientError(error.Code, error.Reason);
            return;
        }

        if (error.Code == ErrorCode.Local_AllBrokersDown)
        {
            Lost();
            Doubt();
            return;
        }

        lock (_lock)
        {
            _fault = error;
            if (KafkaFaults.IsLoginRefused(error.Code))
            {
                _loginRefused.TrySetResult();
                _loginRefused = NewSource();
            }
        }

        logger.ClientError(error.Code, error.Reason);
    }

    /// <summary>Asks for a check of all that is read, soon.</summary>
    public void Doubt() => Doubted?.Invoke();

    /// <summary>A question was not answered.</summary>
    public void Lost(Error? error = null)
    {
        string? reason;
        lock (_lock)
        {
            // A timeout says less than the connection error that caused it.
            _fault ??= error;
            _connected = false;
            if (_everTold || _fault is null)
            {
                return;
            }

            _everTold = true;
            reason = DescribeWithAdvice(_fault);
        }

        logger.ConnectionLost(options.BootstrapServers, reason);
    }

    /// <summary>Says what could not be done, where, why, and what to look at.</summary>
    public LogUnavailableException Unavailable(string what, Error? error = null, Exception? cause = null)
    {
        Error? fault;
        lock (_lock)
        {
            fault = _connected ? error : _fault ?? error;
        }

        var servers = options.BootstrapServers;
        if (fault is not null && KafkaFaults.IsLoginRefused(fault.Code))
        {
            return new LogUnavailableException(
                $"{what}: Kafka at {servers} refused the connection: {KafkaFaults.Describe(fault)}; {LoginAdvice}",
                cause);
        }

        return fault is null || KafkaFaults.IsConnection(fault.Code) || KafkaFaults.IsTimeout(fault.Code)
            ? new LogUnavailableException(
                $"{what}: Kafka at {servers} did not answer: {(fault is null ? "no answer in time" : KafkaFaults.Describe(fault))}; {AddressAdvice}",
                cause)
            : new LogUnavailableException($"{what}: Kafka at {servers} says: {KafkaFaults.Describe(fault)}", cause);
    }

    private static string DescribeWithAdvice(Error fault) => $"{KafkaFaults.Describe(fault)}; {(KafkaFaults.IsLoginRefused(fault.Code) ? LoginAdvice : AddressAdvice)}";

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
