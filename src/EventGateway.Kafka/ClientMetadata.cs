using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>
/// Fetches the metadata of topics into a client before it uses them. librdkafka asks for a topic it does not know on a timer of about a second, so
/// that otherwise the first change set of a writer, or a log added to a reader at work, waits for that.
/// </summary>
internal static class ClientMetadata
{
    // From here on one answer with all topics of the cluster is quicker than one for each.
    private const int MaxSingle = 3;

    /// <summary>Blocks. Failing is not a fault: it is only slower then.</summary>
    public static void Prime(Handle client, IReadOnlyList<string> topics, TimeSpan timeout, ILogger logger)
    {
        try
        {
            using var admin = new DependentAdminClientBuilder(client).Build();
            if (topics.Count > MaxSingle)
            {
                admin.GetMetadata(timeout);
                return;
            }

            foreach (var topic in topics)
            {
                admin.GetMetadata(topic, timeout);
            }
        }
        catch (KafkaException e)
        {
            logger.PrimingFailed(string.Join(", ", topics), KafkaFaults.Describe(e.Error));
        }
    }
}
