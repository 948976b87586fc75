using Confluent.Kafka;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>Whether Kafka answers, and if not why, as all clients of a store have seen it. Safe for use from any thread.</summary>
internal sealed class KafkaConnectionState(KafkaLogOptions options, ILogger logger)
{
    private const string LoginAdvice = "check security.protocol, sasl.mechanism, sasl.username, sasl.password and ssl.*";
    private const string AddressAdvice = "check the address and that the broker runs";
    private const string ClientAdvice = "check the Kafka options and the files they name";

    // Of our own making: librdkafka never reports this one to a client's callback.
    private const ErrorCode NotBuilt = ErrorCode.Local_InvalidArg;

    private readonly Lock _lock = new();
    private TaskCompletionSource _loginRefused = NewSource();
    private bool _connected;
    private bool _everTold;
    private bool _everConnected;
    private Error? _fault;
    private string? _notBuiltTold;

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

            // Faults of one client that others do not share come back soon, and have a line of their own.
            var isNoNews = _everConnected && !_everTold && _fault is not null && IsOneClients(_fault.Code);
            (_connected, _everConnected, _everTold, _fault) = (true, true, false, null);
            if (isNoNews)
            {
                return;
            }
        }

        logger.Connected(options.BootstrapServers);
    }

    /// <summary>
    /// Makes a client. librdkafka reads the files that its settings name each time, and they can be missing or half-written while they are renewed.
    /// </summary>
    /// <exception cref="LogUnavailableException">It could not be made; trying again later may help.</exception>
    public T Build<T>(string what, Func<T> build)
    {
        T client;
        try
        {
            client = build();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
        {
            var reason = $"the Kafka client cannot be made: {KafkaLogOptionsValidation.HideSecrets(e.Message, options)}";
            Refused(new Error(NotBuilt, reason));
            if (Interlocked.Exchange(ref _notBuiltTold, reason) != reason)
            {
                logger.ClientNotBuilt(reason, ClientAdvice);
            }

            throw new LogUnavailableException($"{what}: {reason}; {ClientAdvice}");
        }

        lock (_lock)
        {
            _fault = _fault?.Code == NotBuilt ? null : _fault;
        }

        if (Interlocked.Exchange(ref _notBuiltTold, null) is not null)
        {
            logger.ClientBuiltAgain();
        }

        return client;
    }

    /// <summary>Something else than the connection is in the way, which the caller tells.</summary>
    public void Refused(Error error)
    {
        lock (_lock)
        {
            _fault = error;
            _connected = false;
        }
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
            // Mostly the reason has come before; without one this must do until it comes.
            Lost(error);
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

    private static string DescribeWithAdvice(Error fault)
    {
        var advice = fault.Code == NotBuilt ? ClientAdvice
            : KafkaFaults.IsAccessDenied(fault.Code) ? "grant this user the right"
            : KafkaFaults.IsLoginRefused(fault.Code) ? LoginAdvice
            : AddressAdvice;
        return $"{KafkaFaults.Describe(fault)}; {advice}";
    }

    private static bool IsOneClients(ErrorCode code) => code == NotBuilt || KafkaFaults.IsAccessDenied(code);

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
