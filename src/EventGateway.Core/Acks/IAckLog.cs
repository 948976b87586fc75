using EventGateway.Core.Log;

namespace EventGateway.Core.Acks;

/// <summary>
/// Where proxies say what they serve: a compacted log like those of config, but with as many writers as there are proxies, and nothing
/// hangs on the order of what different proxies write.
/// </summary>
public interface IAckLog
{
    /// <summary>Writes records, all or some: whoever is not told of success writes them again.</summary>
    /// <exception cref="LogUnavailableException">The store does not answer.</exception>
    /// <exception cref="LogRefusedException">The store will not take them.</exception>
    Task AppendAsync(IReadOnlyCollection<AckRecord> records, CancellationToken cancellationToken);

    /// <summary>Every record there is, then those that come. An empty batch may come at any time.</summary>
    /// <exception cref="LogUnavailableException">The store does not answer; read again, which starts anew.</exception>
    /// <exception cref="LogRefusedException">The store does not let this user read.</exception>
    IAsyncEnumerable<AckBatch> ReadAsync(CancellationToken cancellationToken);
}
