using Confluent.Kafka;

namespace EventGateway.Kafka;

/// <summary>An admin client that is disposed of once it is retired and nobody uses it: librdkafka must not be left while it is being called.</summary>
internal sealed class SharedAdminClient(IAdminClient client)
{
    // The owner is the first user.
    private int _users = 1;
    private int _retired;

    public IAdminClient Client => client;

    public void Enter() => Interlocked.Increment(ref _users);

    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            client.Dispose();
        }
    }

    public void Retire()
    {
        if (Interlocked.Exchange(ref _retired, 1) == 0)
        {
            Leave();
        }
    }
}
