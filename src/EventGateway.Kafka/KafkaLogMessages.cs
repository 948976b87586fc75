using Confluent.Kafka;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>Log lines of this project: ids 2000-2999.</summary>
internal static partial class KafkaLogMessages
{
    [LoggerMessage(2000, LogLevel.Information, "Connected to Kafka at {Servers}")]
    public static partial void Connected(this ILogger logger, string servers);

    [LoggerMessage(2001, LogLevel.Warning, "Kafka at {Servers} does not answer: {Reason}; trying on")]
    public static partial void ConnectionLost(this ILogger logger, string servers, string reason);

    [LoggerMessage(2002, LogLevel.Debug, "Kafka client: {Code}: {Reason}")]
    public static partial void ClientError(this ILogger logger, ErrorCode code, string reason);

    [LoggerMessage(2003, LogLevel.Debug, "librdkafka {Facility}: {Text}")]
    public static partial void LibraryLine(this ILogger logger, string facility, string text);

    [LoggerMessage(2010, LogLevel.Information, "Log {Log}: topic {Topic} does not exist yet; waiting for it")]
    public static partial void WaitingForTopic(this ILogger logger, LogName log, string topic);

    [LoggerMessage(2011, LogLevel.Information, "Log {Log}: reading {Topic} from offset {Offset}, end {End}")]
    public static partial void Reading(this ILogger logger, LogName log, string topic, long offset, long end);

    [LoggerMessage(2012, LogLevel.Warning, "Log {Log}: topic {Topic} was {Reset} at offset {Offset}; reading it anew from the beginning")]
    public static partial void ResetSeen(this ILogger logger, LogName log, string topic, LogReset reset, long offset);

    [LoggerMessage(2013, LogLevel.Warning, "Log {Log}: topic {Topic} is gone; keeping what was read and waiting for it to come back")]
    public static partial void TopicGone(this ILogger logger, LogName log, string topic);

    [LoggerMessage(2014, LogLevel.Warning, "The settings of topic {Topic} may not be read (DESCRIBE_CONFIGS is denied), so cleanup.policy=compact was not verified")]
    public static partial void SettingsDenied(this ILogger logger, string topic);

    [LoggerMessage(2015, LogLevel.Warning, "The Kafka client is rebuilt: {Reason}")]
    public static partial void RebuildingClient(this ILogger logger, string reason);

    [LoggerMessage(2016, LogLevel.Warning, "Log {Log}: a transaction has been open at offset {Offset} of {Topic} for more than {Seconds} s; readers wait there until Kafka ends it")]
    public static partial void TransactionHangs(this ILogger logger, LogName log, string topic, long offset, int seconds);

    [LoggerMessage(2017, LogLevel.Debug, "Log {Log}: could not be opened yet: {Reason}")]
    public static partial void OpenRetried(this ILogger logger, LogName log, string reason);

    [LoggerMessage(2018, LogLevel.Error, "Reading from Kafka failed unexpectedly; the client is rebuilt")]
    public static partial void ReaderFailed(this ILogger logger, Exception exception);

    [LoggerMessage(2019, LogLevel.Debug, "Log {Log}: reading of {Topic} paused at offset {Offset} until its reader keeps up")]
    public static partial void ReaderBehind(this ILogger logger, LogName log, string topic, long offset);

    [LoggerMessage(2020, LogLevel.Debug, "The topics being read could not be checked: {Reason}")]
    public static partial void CheckFailed(this ILogger logger, string reason);

    [LoggerMessage(2021, LogLevel.Warning, "{Reason}; {Advice}; trying on")]
    public static partial void ClientNotBuilt(this ILogger logger, string reason, string advice);

    [LoggerMessage(2022, LogLevel.Information, "The Kafka client could be made again")]
    public static partial void ClientBuiltAgain(this ILogger logger);

    [LoggerMessage(2023, LogLevel.Error, "Checking the topics being read failed unexpectedly; the next check comes in its time")]
    public static partial void MonitorFailed(this ILogger logger, Exception exception);

    [LoggerMessage(2024, LogLevel.Warning, "The logs there are cannot be listed: {Reason}; keeping those known")]
    public static partial void DiscoveryRefused(this ILogger logger, string reason);

    [LoggerMessage(2025, LogLevel.Trace, "Checked {Count} topics being read")]
    public static partial void Checked(this ILogger logger, int count);

    [LoggerMessage(2030, LogLevel.Information, "Log {Log}: claimed for writing as {TransactionalId} in {Milliseconds} ms")]
    public static partial void Claimed(this ILogger logger, LogName log, string transactionalId, long milliseconds);

    [LoggerMessage(2031, LogLevel.Debug, "Log {Log}: the transaction coordinator is not ready ({Reason}); trying again")]
    public static partial void ClaimRetried(this ILogger logger, LogName log, string reason);

    [LoggerMessage(2032, LogLevel.Warning, "Log {Log}: an append failed: {Reason}")]
    public static partial void AppendFailed(this ILogger logger, LogName log, string reason);

    [LoggerMessage(2033, LogLevel.Information, "Made topic {Topic}: 1 partition, replication factor {ReplicationFactor}")]
    public static partial void TopicMade(this ILogger logger, string topic, int replicationFactor);

    [LoggerMessage(2034, LogLevel.Warning, "Metadata of {Topic} could not be fetched beforehand ({Reason}); its first use may take a second")]
    public static partial void PrimingFailed(this ILogger logger, string topic, string reason);

    [LoggerMessage(2035, LogLevel.Warning, "Topic {Topic}: {Setting} is {Is}, should be {ShouldBe}")]
    public static partial void SettingDiffers(this ILogger logger, string topic, string setting, string @is, string shouldBe);

    [LoggerMessage(2036, LogLevel.Warning, "The topic in which proxies say what they serve was not made: {Reason}. Without it 'status --kafka' and 'wait' know nothing")]
    public static partial void StatusTopicNotMade(this ILogger logger, string reason);
}
