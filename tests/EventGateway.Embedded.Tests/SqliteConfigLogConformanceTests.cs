using EventGateway.Core.Log;
using EventGateway.TestKit.Logs;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EventGateway.Embedded.Tests;

public sealed class SqliteConfigLogConformanceTests : ConfigLogConformance
{
    private readonly DataFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    protected override Task<IConfigLogStore> OpenStoreAsync() => Task.FromResult<IConfigLogStore>(SqliteConfigLogStore.Open(
        new SqliteLogOptions { DataFolder = _folder.Path, RemovalRetention = TimeSpan.Zero },
        TimeProvider.System,
        NullLogger<SqliteConfigLogStore>.Instance));

    protected override Task<IConfigLogStore> OpenSecondStoreAsync()
    {
        Assert.Skip("The embedded log serves one process; that a second one is refused is tested in SqliteConfigLogStoreTests");
        throw new InvalidOperationException();
    }

    protected override async Task RecreateLogAsync(IConfigLogStore store, LogName name)
    {
        Assert.True(await ((SqliteConfigLogStore)store).DeleteLogAsync(name, Token));
        await using (await store.Open(name).ClaimAsync(Token))
        {
        }
    }

    protected override async Task CompactAsync(IConfigLogStore store, LogName name) =>
        Assert.NotEqual(0, await ((SqliteConfigLogStore)store).CompactAsync(name, Token));
}
