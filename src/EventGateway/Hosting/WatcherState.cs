using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Publishing;
using EventGateway.Proxy.Telemetry;

namespace EventGateway.Hosting;

/// <summary>
/// The state of a process that writes logs. Unlike a proxy's, its readiness comes and goes: it says whether changes get through, and
/// no traffic hangs on it.
/// </summary>
internal sealed class WatcherState(OriginPublisher publisher, IConfigLogStore store, ISourceFeeds? feeds = null) : IGatewayState
{
    public Readiness Readiness
    {
        get
        {
            IReadOnlyList<string> waiting = feeds?.Waiting ?? [];
            if (!publisher.SourceListed)
            {
                return new Readiness(waiting.Count > 0 ? [.. waiting] : [feeds is null ? "the manifests have not been read completely yet" : "the cluster has not been read completely yet"]);
            }

            return new Readiness([.. waiting, .. publisher.Statuses.Where(s => !s.IsCurrent).Select(s => $"{s.Log} is not up to date: {s.Fault ?? "it is being claimed or written"}")]);
        }
    }

    /// <summary>For messages: what has nothing to serve yet.</summary>
    public string Emptiness => feeds is null ? "the manifests hold nothing to serve yet" : "the cluster holds nothing to serve yet";

    public IReadOnlyList<LogStatus> Logs => [.. publisher.Statuses.Select(Describe)];

    public string Source => store.Source;

    public bool IsConnected => store.IsConnected;

    private static LogStatus Describe(PublisherStatus status) => new(status.Log)
    {
        Image = status.Image,
        CaughtUp = status.IsCurrent,
        ReadOffset = status.Position.Offset,
        EndOffset = status.Position.Offset + 1,
        Refused = [.. status.Refused, .. Held(status)],
        Fault = status.Fault,
    };

    private static IEnumerable<RefusedRecord> Held(PublisherStatus status)
    {
        if (status.HeldRemovals > 0)
        {
            yield return new RefusedRecord("removals", $"{status.HeldRemovals} are held back; if they are meant, start once with --mass-delete-limit 100");
        }

        if (status.LeftAlone > 0)
        {
            yield return new RefusedRecord(
                "left-alone", $"{status.LeftAlone} entities stay in the log, as the source could not be read in whole and has not mentioned them; mend what cannot be read");
        }
    }
}
