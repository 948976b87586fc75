using Confluent.Kafka;
using EventGateway.Core.Log;

namespace EventGateway.Kafka;

/// <summary>What a writer tells its caller when something fails.</summary>
internal sealed class WriterFaults(LogName log, KafkaLogOptions options, RecordLimits limits, KafkaConnectionState connection)
{
    public LogFencedException Fenced(Exception cause) =>
        new($"log {log} has been claimed by another writer (same Kafka transactional id); nothing was appended, this writer must stop", cause);

    public LogUnavailableException Unavailable(Error error, Exception cause) =>
        connection.Unavailable($"appending to log {log} failed", error, cause);

    public LogRefusedException Refused(Error error, string? key, Exception cause)
    {
        var what = key is null ? "the records" : $"record {key}";
        if (KafkaFaults.IsAccessDenied(error.Code))
        {
            return new LogRefusedException(
                $"Kafka does not let this user append {what} to log {log}: {KafkaFaults.Describe(error)}; "
                + $"grant WRITE on the topics of the log and on its transactional id (prefix '{options.Prefix}.')", cause);
        }

        return error.Code is ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge
            ? new LogRefusedException(
                $"Kafka refused {what} of log {log} as too large ({KafkaFaults.Describe(error)}); the limit is {limits.ConfigBytes} bytes by "
                + $"{limits.ConfigSetting}, or less on the broker: make the object smaller or raise message.max.bytes and the topic's max.message.bytes", cause)
            {
                ConcernsRecord = true,
            }
            : new LogRefusedException($"Kafka refused {what} of log {log}: {KafkaFaults.Describe(error)}", cause)
            {
                ConcernsRecord = error.Code == ErrorCode.InvalidRecord,
            };
    }

    /// <exception cref="LogRefusedException">The record is larger than its topic takes.</exception>
    public void ThrowIfTooLarge(string key, long size, int limit, string setting)
    {
        if (size > limit)
        {
            throw new LogRefusedException(
                $"record {key} of log {log} has {size} bytes, more than the {limit} that {setting} allows; make the object smaller, "
                + $"or raise {setting} (the client's is set by --kafka-option message.max.bytes=N)")
            {
                ConcernsRecord = true,
            };
        }
    }
}
