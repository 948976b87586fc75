using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using EventGateway.Core.Publishing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EventGateway.Sources.Files;

/// <summary>
/// Manifest files as a source. A broken or half-written file keeps what it held last; a missing one takes its objects with it. Each
/// watch has a state of its own and one reader.
/// </summary>
internal sealed partial class ManifestFileSource(IOptions<ManifestSourceOptions> options, TimeProvider time, ILogger<ManifestFileSource> logger) : IConfigSource
{
    /// <summary>A file that is written without a pause is read all the same after so many settle times.</summary>
    private const int MostSettles = 10;

    private readonly ManifestSourceOptions _options = options.Value;

    public async IAsyncEnumerable<SourceState> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var paths = _options.Paths.ToImmutableArray();
        var reading = ManifestReading.Of(new ManifestTree(paths, Console.In, time), _options, time);
        var verdicts = new VerdictLog(logger);

        // Watched before they are first read, so that no change falls between the two.
        using var watch = new ManifestWatch(paths, time, logger);
        SourceState? last = null;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var started = time.GetTimestamp();
            var translation = reading.Next(watch.TakeWritten());
            verdicts.Take(translation.Verdicts, string.Join(", ", paths));
            if (!ReferenceEquals(last?.Workspaces, translation.Desired) || last.IsPartial != reading.IsPartial)
            {
                last = new SourceState(translation.Desired) { IsPartial = reading.IsPartial };
                LogRead(translation.Verdicts.Length, last.Workspaces.Count, time.GetElapsedTime(started).TotalMilliseconds);
                yield return last;
            }

            await WaitForChangeAsync(watch, reading, cancellationToken);
        }
    }

    private async Task WaitForChangeAsync(ManifestWatch watch, ManifestReading reading, CancellationToken cancellationToken)
    {
        while (!await watch.WaitAsync(_options.ScanInterval, cancellationToken))
        {
            watch.Mend();
            if (reading.LooksChanged())
            {
                break;
            }
        }

        // Quiet means: no news during one settle time.
        for (var i = 0; i < MostSettles && await watch.WaitAsync(_options.SettleTime, cancellationToken); i++)
        {
        }
    }

    [LoggerMessage(4000, LogLevel.Debug, "Read {Objects} objects into {Workspaces} workspaces in {Milliseconds:0.0} ms")]
    private partial void LogRead(int objects, int workspaces, double milliseconds);
}
