using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace EventGateway.Sources.Files;

/// <summary>
/// Says that something under some paths was written. It may say so too often and, where the system tells nobody, too late or never:
/// the scan makes up for that. Its events come on threads of their own; everything else is used by one thread.
/// </summary>
internal sealed partial class ManifestWatch : IDisposable
{
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly List<RootWatch> _roots = [];
    private readonly Lock _lock = new();

    // One pending signal says all there is to say.
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private HashSet<string> _written = new(StringComparer.Ordinal);
    private bool _everything;

    public ManifestWatch(IEnumerable<string> paths, TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        foreach (var path in paths.Where(p => p != ManifestTree.StandardInput))
        {
            _roots.Add(new RootWatch(path, OnWritten, OnLost));
        }

        Mend();
    }

    /// <summary>Full paths written since the last call; null: nobody knows, it may be all.</summary>
    public IReadOnlySet<string>? TakeWritten()
    {
        // In this order: what comes after the signal was taken gives another one.
        _signals.Reader.TryRead(out _);
        lock (_lock)
        {
            var written = _everything ? null : _written;
            _written = new HashSet<string>(StringComparer.Ordinal);
            _everything = false;
            return written;
        }
    }

    /// <summary>Whether there was news before the time was over.</summary>
    public async Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var news = _signals.Reader.WaitToReadAsync(ended.Token).AsTask();
        var timeout = Task.Delay(longest, _time, ended.Token);
        await Task.WhenAny(news, timeout);
        cancellationToken.ThrowIfCancellationRequested();
        var isNews = news.IsCompletedSuccessfully;
        await ended.CancelAsync();
        if (isNews)
        {
            _signals.Reader.TryRead(out _);
            Mend();
        }

        return isNews;
    }

    /// <summary>Watches again what was replaced, or could not be watched before.</summary>
    public void Mend()
    {
        foreach (var root in _roots)
        {
            if (root.Mend() is { } fault && !root.FaultWasTold)
            {
                root.FaultWasTold = true;
                LogNotWatched(root.Path, fault);
            }
        }
    }

    public void Dispose()
    {
        foreach (var root in _roots)
        {
            root.Dispose();
        }
    }

    private void OnWritten(string path)
    {
        lock (_lock)
        {
            _written.Add(Path.GetFullPath(path));
        }

        _signals.Writer.TryWrite(true);
    }

    private void OnLost()
    {
        lock (_lock)
        {
            _everything = true;
        }

        _signals.Writer.TryWrite(true);
    }

    [LoggerMessage(4001, LogLevel.Warning, "{Path} cannot be watched ({Fault}); its changes are found by scanning")]
    private partial void LogNotWatched(string path, string fault);
}
