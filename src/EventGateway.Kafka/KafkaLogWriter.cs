using System.Runtime.InteropServices;
using Confluent.Kafka;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>
/// The one writer of a log: a transactional producer whose name is made from the log's, so that Kafka itself fences an older one off. A change set and
/// its history entry are one transaction.
/// </summary>
internal sealed class KafkaLogWriter : IConfigLogWriter
{
    // Attributes, offsets, lengths and the batch's header; generous.
    private const int Framing = 128;

    private readonly LogName _log;
    private readonly string _configTopic;
    private readonly string _historyTopic;
    private readonly RecordLimits _limits;
    private readonly IProducer<string, byte[]?> _producer;
    private readonly ClientMetadata _metadata;
    private readonly WriterFaults _faults;
    private readonly KafkaLogOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Exception? _brokenBy;

    private KafkaLogWriter(
        LogName log, KafkaTopicNames names, KafkaLogOptions options, RecordLimits limits, KafkaConnectionState connection,
        IProducer<string, byte[]?> producer, ClientMetadata metadata, TimeProvider time, ILogger logger)
    {
        _log = log;
        _configTopic = names.Config(log);
        _historyTopic = names.History(log);
        _limits = limits;
        _producer = producer;
        _metadata = metadata;
        _faults = new WriterFaults(log, options, limits, connection);
        _options = options;
        _time = time;
        _logger = logger;
    }

    public static async Task<KafkaLogWriter> ClaimAsync(
        LogName log, KafkaTopicNames names, KafkaLogOptions options, RecordLimits limits, KafkaConnectionState connection,
        TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var producer = WriterProducer.Build(options, names.TransactionalId(log), connection, logger);
        var metadata = new ClientMetadata(producer.Handle, options.RequestTimeout, logger);
        try
        {
            await WriterProducer.InitAsync(producer, log, options, connection, time, logger, cancellationToken);
            await metadata.PrimeAsync([names.Config(log), names.History(log)]);
        }
        catch (Exception)
        {
            await LeaveAsync(producer, metadata);
            throw;
        }

        logger.Claimed(log, names.TransactionalId(log), (long)time.GetElapsedTime(started).TotalMilliseconds);
        return new KafkaLogWriter(log, names, options, limits, connection, producer, metadata, time, logger);
    }

    public async Task<long> AppendAsync(IReadOnlyList<LogRecord> records, LogRecord? history, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentOutOfRangeException.ThrowIfZero(records.Count);
        ThrowIfBroken();
        ThrowIfTooLarge(records, history);
        cancellationToken.ThrowIfCancellationRequested();
        return await TryAppendAsync(records, history, isRetry: false, cancellationToken)
            ?? await TryAppendAsync(records, history, isRetry: true, cancellationToken)
            ?? throw new InvalidOperationException("a second try has an outcome");
    }

    /// <returns>The offset of the last record; null: nothing was appended, and trying again may help.</returns>
    private async Task<long?> TryAppendAsync(
        IReadOnlyList<LogRecord> records, LogRecord? history, bool isRetry, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var reports = new DeliveryReports(_configTopic);
        try
        {
            _producer.BeginTransaction();
            Send(records, history, reports);
            await reports.Done.WaitAsync(cancellationToken);
            if (reports.Error is { } error)
            {
                throw new KafkaException(error);
            }

            await CommitAsync(started);
            return reports.LastOffset;
        }
        catch (KafkaException e)
        {
            var failure = await FailAsync(e, reports.FailedKey, started);
            if (!isRetry && _brokenBy is null && KafkaFaults.IsSequenceGap(e.Error.Code))
            {
                return null;
            }

            _logger.AppendFailed(_log, failure.Message);
            throw failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nothing is committed; undone, the writer can be used on.
            await AbortAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await LeaveAsync(_producer, _metadata);

    private void Send(IReadOnlyList<LogRecord> records, LogRecord? history, DeliveryReports reports)
    {
        try
        {
            foreach (var record in records)
            {
                Send(_configTopic, record, reports);
            }

            if (history is not null)
            {
                Send(_historyTopic, history, reports);
            }
        }
        catch (ProduceException<string, byte[]?> e)
        {
            // Those sent before must still be waited for.
            reports.Close();
            reports.Fail(e.Error, e.DeliveryResult?.Key);
        }

        reports.Close();
    }

    private void Send(string topic, LogRecord record, DeliveryReports reports)
    {
        var message = new Message<string, byte[]?> { Key = record.Key, Value = AsArray(record.Value), Headers = RemovalHeaders.Of(record) };
        reports.Expect();
        _producer.Produce(new TopicPartition(topic, 0), message, reports.OnReport);
    }

    private async Task CommitAsync(long started)
    {
        while (true)
        {
            try
            {
                await Task.Run(() => _producer.CommitTransaction(_options.RequestTimeout));
                return;
            }
            catch (KafkaRetriableException) when (_time.GetElapsedTime(started) < _options.EffectiveTransactionTimeout)
            {
                // The commit goes on in the client; asking again waits for its end.
            }
        }
    }

    /// <summary>What the caller must be told, after undoing what can be undone.</summary>
    private async Task<Exception> FailAsync(KafkaException e, string? key, long started)
    {
        // A transaction that Kafka itself has given up on looks like a fenced one. Doubtful, so it is told as unavailable: the publisher reads the log's
        // epoch before it claims anew, and so finds a newer writer all the same, while a fence told wrongly would stop the only writer for good.
        var couldBeTimeout = _time.GetElapsedTime(started) >= _options.EffectiveTransactionTimeout;
        var error = e.Error;
        if (e is not KafkaRetriableException && !error.IsFatal && !KafkaFaults.IsFenced(error.Code))
        {
            if (await AbortAsync() is not { } abortError)
            {
                return KafkaFaults.IsRecordRefused(error.Code) ? _faults.Refused(error, key, e) : _faults.Unavailable(error, e);
            }

            error = abortError.IsFatal || KafkaFaults.IsFenced(abortError.Code) ? abortError : error;
        }

        var isFenced = KafkaFaults.IsFenced(error.Code) || WriterProducer.IsFenced(_producer, error);
        _brokenBy = isFenced && !couldBeTimeout ? _faults.Fenced(e) : _faults.Unavailable(error, e);
        return _brokenBy;
    }

    /// <returns>Why it failed; the writer is of no use then.</returns>
    private async Task<Error?> AbortAsync()
    {
        try
        {
            await Task.Run(() => _producer.AbortTransaction(_options.RequestTimeout));
            return null;
        }
        catch (KafkaException e)
        {
            _brokenBy = _faults.Unavailable(e.Error, e);
            return e.Error;
        }
    }

    private void ThrowIfBroken()
    {
        switch (_brokenBy)
        {
            case LogFencedException e:
                throw new LogFencedException(e.Message, e);
            case { } e:
                throw new LogUnavailableException($"this writer of log {_log} is of no use any more, claim the log anew: {e.Message}", e);
        }
    }

    private void ThrowIfTooLarge(IReadOnlyList<LogRecord> records, LogRecord? history)
    {
        foreach (var record in records)
        {
            _faults.ThrowIfTooLarge(record.Key, Framing + 4L * record.Key.Length + (record.Value?.Length ?? 0), _limits.ConfigBytes, _limits.ConfigSetting);
        }

        if (history is not null)
        {
            _faults.ThrowIfTooLarge(history.Key, Framing + 4L * history.Key.Length + (history.Value?.Length ?? 0), _limits.HistoryBytes, _limits.HistorySetting);
        }
    }

    private static async Task LeaveAsync(IProducer<string, byte[]?> producer, ClientMetadata metadata)
    {
        await metadata.Left;
        await Task.Run(producer.Dispose);
    }

    private static byte[]? AsArray(ReadOnlyMemory<byte>? value) =>
        value is not { } memory ? null
        : MemoryMarshal.TryGetArray(memory, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length ? segment.Array
        : memory.ToArray();
}
