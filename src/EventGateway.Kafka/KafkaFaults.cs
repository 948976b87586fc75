using System.Text.RegularExpressions;
using Confluent.Kafka;

namespace EventGateway.Kafka;

/// <summary>What librdkafka's errors mean to a log.</summary>
internal static partial class KafkaFaults
{
    public static bool IsAccessDenied(ErrorCode code) => code is ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed
        or ErrorCode.GroupAuthorizationFailed or ErrorCode.TransactionalIdAuthorizationFailed;

    /// <summary>The login or the encryption failed: trying again with the same settings does not help.</summary>
    public static bool IsLoginRefused(ErrorCode code) => code is ErrorCode.Local_Authentication or ErrorCode.Local_Ssl
        or ErrorCode.SaslAuthenticationFailed or ErrorCode.UnsupportedSaslMechanism;

    public static bool IsConnection(ErrorCode code) => IsLoginRefused(code)
        || code is ErrorCode.Local_Transport or ErrorCode.Local_Resolve or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_CritSysResource;

    public static bool IsTimeout(ErrorCode code) => code is ErrorCode.Local_TimedOut or ErrorCode.Local_MsgTimedOut
        or ErrorCode.Local_TimedOutQueue or ErrorCode.RequestTimedOut;

    public static bool IsTopicMissing(ErrorCode code) => code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic
        or ErrorCode.Local_UnknownPartition or ErrorCode.UnknownTopicId;

    /// <summary>The place to read on from is not in the log any more.</summary>
    public static bool IsPlaceGone(ErrorCode code) => code is ErrorCode.Local_AutoOffsetReset or ErrorCode.Local_LogTruncation
        or ErrorCode.OffsetOutOfRange;

    public static bool IsFenced(ErrorCode code) => code is ErrorCode.Local_Fenced or ErrorCode.ProducerFenced or ErrorCode.InvalidProducerEpoch;

    /// <summary>The broker will never take these records, whoever sends them and however often.</summary>
    public static bool IsRecordRefused(ErrorCode code) => IsAccessDenied(code)
        || code is ErrorCode.MsgSizeTooLarge
            or ErrorCode.RecordListTooLarge or ErrorCode.InvalidRecord or ErrorCode.PolicyViolation;

    /// <summary>
    /// After a broker has refused a record for good, librdkafka goes on with the next sequence number all the same, and the next transaction fails by
    /// the gap. Undoing that one repairs the producer, so it can be tried again.
    /// </summary>
    public static bool IsSequenceGap(ErrorCode code) => code is ErrorCode.Local_PurgeQueue or ErrorCode.Local_PurgeInflight
        or ErrorCode.OutOfOrderSequenceNumber;

    /// <summary>The reason as librdkafka gives it, without its inner words.</summary>
    public static string Describe(Error error)
    {
        var text = InnerWords().Replace(error.Reason, "");
        return text.Replace("/bootstrap:", ":", StringComparison.Ordinal);
    }

    [GeneratedRegex(@" \(after \d+ms in state [A-Z_0-9]+\)|, \d+ identical error\(s\) suppressed")]
    private static partial Regex InnerWords();
}
