using Confluent.Kafka;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>Makes a writer's producer ready: it has fenced the one before it, and knows its topics.</summary>
internal static class WriterProducer
{
    private static readonly TimeSpan RetryWait = TimeSpan.FromMilliseconds(50);

    /// <exception cref="LogUnavailableException">It could not be made, as when a key's file is being renewed.</exception>
    public static IProducer<string, byte[]?> Build(KafkaLogOptions options, string transactionalId, KafkaConnectionState connection, ILogger logger) =>
        connection.Build($"claiming log topics of {transactionalId}", () => KafkaClients.Producer(KafkaClientSettings.Producer(options, transactionalId), connection, logger));

    /// <summary>Fences older producers of the same name off and undoes what they had begun.</summary>
    public static async Task InitAsync(
        IProducer<string, byte[]?> producer, LogName log, KafkaLogOptions options, KafkaConnectionState connection, TimeProvider time, ILogger logger,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                // Blocks for up to the timeout, so not on a thread of the pool.
                await Task.Factory.StartNew(
                    () => producer.InitTransactions(options.RequestTimeout), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                connection.Answered();
                return;
            }
            catch (KafkaException e) when (KafkaFaults.IsAccessDenied(e.Error.Code))
            {
                throw new LogRefusedException(
                    $"Kafka does not let this user write log {log}: {KafkaFaults.Describe(e.Error)}; grant WRITE and DESCRIBE on its transactional id", e);
            }
            catch (KafkaException e) when (IsPassing(e) && time.GetElapsedTime(started) < options.ClaimTimeout)
            {
                logger.ClaimRetried(log, KafkaFaults.Describe(e.Error));
                await Task.Delay(RetryWait, time, cancellationToken);
            }
            catch (KafkaException e)
            {
                throw connection.Unavailable($"claiming log {log}", e.Error, e);
            }
        }
    }

    /// <summary>Whether a fatal error of the producer says that it was fenced, whatever the call at hand reported.</summary>
    public static bool IsFenced(IProducer<string, byte[]?> producer, Error error)
    {
        if (!error.IsFatal && error.Code != ErrorCode.Local_Fatal)
        {
            return false;
        }

        try
        {
            // A producer that failed for good answers every call with the reason.
            producer.BeginTransaction();
            return false;
        }
        catch (KafkaException e)
        {
            return KafkaFaults.IsFenced(e.Error.Code);
        }
    }

    private static bool IsPassing(KafkaException e) => e is KafkaRetriableException
        || e.Error.Code is ErrorCode.GroupLoadInProgress or ErrorCode.ConcurrentTransactions or ErrorCode.GroupCoordinatorNotAvailable
            or ErrorCode.NotCoordinatorForGroup or ErrorCode.Local_TimedOut;
}
