using EventGateway.Core.Log;
using EventGateway.TestKit.Logs;

namespace EventGateway.Embedded.Tests;

/// <summary>The double that Core's tests stand on is held to the same promises as the real logs.</summary>
public class InMemoryConfigLogConformanceTests : ConfigLogConformance
{
    private readonly InMemoryLogArea _area;

    public InMemoryConfigLogConformanceTests()
        : this(0)
    {
    }

    protected InMemoryConfigLogConformanceTests(int gap) => _area = new InMemoryLogArea { OffsetGap = gap };

    protected override Task<IConfigLogStore> OpenStoreAsync() => Task.FromResult<IConfigLogStore>(new InMemoryConfigLogStore(_area));

    protected override Task<IConfigLogStore> OpenSecondStoreAsync() => OpenStoreAsync();

    protected override Task RecreateLogAsync(IConfigLogStore store, LogName name)
    {
        _area.Recreate(name);
        return Task.CompletedTask;
    }

    protected override Task CompactAsync(IConfigLogStore store, LogName name)
    {
        _area.Compact(name);
        return Task.CompletedTask;
    }
}
