using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace EventGateway.Kafka;

/// <summary>
/// Fetches the metadata of topics into a client before it uses them. librdkafka asks for a topic it does not know on a timer of about a second, so
/// that otherwise the first change set of a writer, or a log added to a reader at work, waits for that. Used by one thread at a time.
/// </summary>
internal sealed class ClientMetadata(Handle client, TimeSpan timeout, ILogger logger)
{
    // From here on one answer with all topics of the cluster is quicker than one for each.
    private const int MaxSingle = 3;

    /// <summary>The client must not be disposed of before this has ended.</summary>
    public Task Left { get; private set; } = Task.CompletedTask;

    /// <summary>Ends when the client knows the topics. Failing is not a fault: it is only slower then.</summary>
    public Task PrimeAsync(IReadOnlyList<string> topics)
    {
        var admin = new DependentAdminClientBuilder(client).Build();
        var primed = Task.Run(() => Ask(admin, topics));

        // Leaving an admin client takes up to 100 ms, which nobody needs to wait for.
        Left = Task.WhenAll(Left, primed.ContinueWith(_ => admin.Dispose(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default));
        return primed;
    }

    private void Ask(IAdminClient admin, IReadOnlyList<string> topics)
    {
        try
        {
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
