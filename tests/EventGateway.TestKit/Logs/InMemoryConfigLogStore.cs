using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using EventGateway.Core.Log;

namespace EventGateway.TestKit.Logs;

/// <summary>
/// A log store that keeps every promise of <see cref="IConfigLogStore"/> but durability, for tests of what stands on a log. Logs
/// come into being when they are claimed. Stores on one <see cref="InMemoryLogArea"/> are to each other as processes are.
/// </summary>
public sealed class InMemoryConfigLogStore : IConfigLogStore
{
    private readonly ConcurrentDictionary<LogName, InMemoryConfigLog> _logs = [];
    private Exception? _nextFault;
    private bool _storeBeforeFault;
    private bool _disposed;

    public InMemoryConfigLogStore()
        : this(new InMemoryLogArea())
    {
    }

    public InMemoryConfigLogStore(InMemoryLogArea area) => Area = area;

    public InMemoryLogArea Area { get; }

    public string Source => "embedded";

    public bool IsConnected { get; private set; } = true;

    public IConfigLog Open(LogName name) => _logs.GetOrAdd(name, static (n, store) => new InMemoryConfigLog(store, n), this);

    /// <summary>Until <see cref="Reconnect"/> readers get nothing, and everything else fails with <see cref="LogUnavailableException"/>.</summary>
    public void Disconnect() => Area.Change(() => IsConnected = false);

    public void Reconnect() => Area.Change(() => IsConnected = true);

    /// <summary>Makes the next append through this store fail.</summary>
    /// <param name="stored">Whether the records get into the log all the same, as when only the answer was lost.</param>
    public void FailNextAppend(Exception fault, bool stored = false) => Area.Change(() => (_nextFault, _storeBeforeFault) = (fault, stored));

    public async IAsyncEnumerable<IReadOnlySet<LogName>> WatchLogsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlySet<LogName>? last = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            IReadOnlySet<LogName>? names = null;
            Task changed;
            lock (Area.Gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                changed = Area.Changed_NeedsLock();
                names = IsConnected ? Area.Names_NeedsLock() : null;
            }

            if (names is not null && !(last?.SetEquals(names) ?? false))
            {
                yield return last = names;
                continue;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public ValueTask DisposeAsync()
    {
        Area.Change(() => _disposed = true);
        return ValueTask.CompletedTask;
    }

    internal void CheckUsable_NeedsLock()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!IsConnected)
        {
            throw new LogUnavailableException("The in-memory log store is disconnected");
        }
    }

    internal void CheckNotDisposed_NeedsLock() => ObjectDisposedException.ThrowIf(_disposed, this);

    /// <summary>The fault the next append must end with, if any, and whether it stores first. Asking uses it up.</summary>
    internal (Exception? Fault, bool Stored) TakeFault_NeedsLock()
    {
        var fault = (_nextFault, _storeBeforeFault);
        _nextFault = null;
        return fault;
    }
}
