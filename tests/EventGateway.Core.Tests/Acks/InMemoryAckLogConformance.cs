using EventGateway.Core.Acks;
using EventGateway.TestKit.Logs;

namespace EventGateway.Core.Tests.Acks;

public sealed class InMemoryAckLogConformance : AckLogConformance
{
    private readonly InMemoryAckLog _log = new();

    protected override Task<IAckLog> OpenAsync() => Task.FromResult<IAckLog>(_log);

    protected override Task<IAckLog> OpenAgainAsync() => OpenAsync();
}
