using System.Threading.Channels;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Wire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EventGateway.Core.Acks;

/// <summary>
/// Tells the <see cref="IAckLog"/> what this proxy serves: each image soon after it is in use, the proxy itself every few seconds, and at a stop in
/// order that it leaves. Traffic never waits for it; a store that does not answer is tried again for ever. Owns a lock over what is to be told.
/// </summary>
public sealed partial class AckReporter : BackgroundService, IImagePublisher
{
    private static readonly TimeSpan ReadinessPoll = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(2);

    private readonly IAckLog _acks;
    private readonly ImageBroadcast _broadcast;
    private readonly Func<bool> _isReady;
    private readonly ProxyHeartbeat _heartbeat;
    private readonly AckOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<AckReporter> _logger;
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly Lock _lock = new();
    private readonly Dictionary<LogName, ConfigImage> _images = [];
    private readonly HashSet<LogName> _changed = [];
    private readonly Dictionary<LogName, LogAck> _told = [];
    private long? _beatAt;
    private long _refreshedAt;
    private bool _toldReady;
    private volatile string? _fault;

    /// <param name="loader">Its readiness is told, and which logs it follows.</param>
    /// <param name="name">Of this process.</param>
    /// <param name="version">Of the program.</param>
    public AckReporter(
        IAckLog acks, ImageBroadcast broadcast, ConfigLoader loader, LoaderOptions follows, ProxyName name, string version, AckOptions options, TimeProvider time,
        ILogger<AckReporter> logger)
    {
        _acks = acks;
        _broadcast = broadcast;
        _isReady = () => loader.Readiness.IsReady;
        ProxyName = name;
        _heartbeat = new ProxyHeartbeat(version, RecordCodec.Schema, time.GetUtcNow(), IsReady: false, [.. follows.Origins], [.. follows.Workspaces]);
        _options = options;
        _time = time;
        _logger = logger;
    }

    public string Name => "acks";

    public ProxyName ProxyName { get; }

    /// <summary>Why nothing can be reported; null: all is told, or will be at once.</summary>
    public string? Fault => _fault;

    public void OnImage(LogName log, ConfigDelta delta, ConfigImage image)
    {
        lock (_lock)
        {
            _images[log] = image;
            _changed.Add(log);
        }

        _news.Writer.TryWrite(true);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        var removals = _told.Keys.Select(log => new AckRecord(new AckKey(ProxyName, log).ToString(), null))
            .Append(new AckRecord(new AckKey(ProxyName, null).ToString(), null)).ToList();
        if (_beatAt is null)
        {
            return;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(LeavePatience);
        try
        {
            await _acks.AppendAsync(removals, patience.Token);
        }
        catch (Exception e) when (e is LogUnavailableException or LogRefusedException or OperationCanceledException)
        {
            // Others find out by the missing heartbeats.
            LogNotLeft(e.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _broadcast.Attach(this);
        _refreshedAt = _time.GetTimestamp();
        try
        {
            while (true)
            {
                await ReportAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to stop.
        }
    }

    private async Task ReportAsync(CancellationToken cancellationToken)
    {
        var (records, told, isReady) = Collect();
        if (records.Count == 0)
        {
            await WaitAsync(cancellationToken);
            return;
        }

        try
        {
            await _acks.AppendAsync(records, cancellationToken);
        }
        catch (Exception e) when (e is LogUnavailableException or LogRefusedException)
        {
            Fail(e.Message, told.Keys);
            await Task.Delay(_options.RetryDelay, _time, cancellationToken);
            return;
        }

        foreach (var (log, ack) in told)
        {
            _told[log] = ack;
        }

        if (isReady is { } ready)
        {
            (_beatAt, _toldReady) = (_time.GetTimestamp(), ready);
        }

        if (_fault is not null)
        {
            _fault = null;
            LogReported();
        }

        await Task.Delay(_options.CoalesceWindow, _time, cancellationToken);
    }

    /// <summary>What is to be written now.</summary>
    /// <returns>The records; what they tell of which log; whether they tell that the proxy is ready, null: they do not speak of it.</returns>
    private (List<AckRecord> Records, Dictionary<LogName, LogAck> Told, bool? IsReady) Collect()
    {
        var isReady = _isReady();
        var isBeat = _beatAt is null || isReady != _toldReady || _time.GetElapsedTime(_beatAt.Value) >= _options.HeartbeatInterval;
        if (_time.GetElapsedTime(_refreshedAt) >= _options.RefreshInterval)
        {
            _refreshedAt = _time.GetTimestamp();
            _told.Clear();
        }

        List<KeyValuePair<LogName, ConfigImage>> images;
        lock (_lock)
        {
            // What a publisher refuses may change without an image: seen with each heartbeat.
            images = [.. isBeat ? _images : _images.Where(i => _changed.Contains(i.Key))];
            _changed.Clear();
        }

        var records = new List<AckRecord>();
        var told = new Dictionary<LogName, LogAck>();
        foreach (var (log, image) in images)
        {
            // Asking waits until every publisher has the image: only then is it served. Where one has failed, that is not known.
            var ack = LogAck.Of(image, _broadcast.Refused(log));
            if (!_broadcast.HasFailed(log) && !ack.Equals(_told.GetValueOrDefault(log)))
            {
                records.Add(new AckRecord(new AckKey(ProxyName, log).ToString(), AckCodec.Write(ack)));
                told[log] = ack;
            }
        }

        if (isBeat)
        {
            // Behind the acks: whoever reads that the proxy is ready has read what it serves.
            records.Add(new AckRecord(new AckKey(ProxyName, null).ToString(), AckCodec.Write(_heartbeat with { IsReady = isReady })));
        }

        return (records, told, isBeat ? isReady : null);
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        var due = _options.HeartbeatInterval - _time.GetElapsedTime(_beatAt ?? 0);
        due = _toldReady || due < ReadinessPoll ? due : ReadinessPoll;
        if (due <= TimeSpan.Zero)
        {
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_news.Reader.WaitToReadAsync(stop.Token).AsTask(), Task.Delay(due, _time, stop.Token));
        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        _news.Reader.TryRead(out _);
    }

    private void Fail(string reason, IEnumerable<LogName> untold)
    {
        lock (_lock)
        {
            _changed.UnionWith(untold);
        }

        if (_fault != reason)
        {
            LogFault(reason);
        }

        _fault = reason;
    }

    [LoggerMessage(1200, LogLevel.Warning, "What this proxy serves cannot be reported: {Reason}; traffic does not depend on it, trying on")]
    private partial void LogFault(string reason);

    [LoggerMessage(1201, LogLevel.Information, "What this proxy serves is reported again")]
    private partial void LogReported();

    [LoggerMessage(1202, LogLevel.Information, "That this proxy leaves could not be reported: {Reason}")]
    private partial void LogNotLeft(string reason);
}
