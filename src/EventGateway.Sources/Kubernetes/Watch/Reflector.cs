using System.Buffers;
using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>
/// Follows the objects of one scope and tells of them, in order, in a channel:
/// <code>
/// 1. list, page by page; only when the last page is there, tell
/// 2. watch from the list's version on, with bookmarks; tell of each event
/// 3. the stream ends: go on from the last version, at 2, or where that is gone or cannot be relied on, at 1
/// </code>
/// After a fault it waits, longer with each in a row. It never says of an object that it is gone because something failed. One task runs it;
/// its state may be read from any thread.
/// </summary>
internal sealed partial class Reflector
{
    private const int MaxLineBytes = 16 * 1024 * 1024;
    private const int MostPagedRestarts = 2;

    private readonly ApiConnection _connection;
    private readonly KindDiscovery _discovery;
    private readonly FeedCounts _counts;
    private readonly ChannelWriter<WatchNews> _news;
    private readonly WatchTiming _timing;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly Backoff _backoff;
    private ResourceVersion _version = ResourceVersion.None;
    private bool _isOrderBroken;
    private long _openedAt;
    private volatile bool _isOpen;
    private volatile string? _problem;
    private volatile int _fault = -1;
    private long _heardAt;

    public Reflector(
        WatchScope scope, ApiConnection connection, KindDiscovery discovery, FeedCounts counts, ChannelWriter<WatchNews> news, WatchTiming timing, TimeProvider time, ILogger logger)
    {
        Scope = scope;
        _connection = connection;
        _discovery = discovery;
        _counts = counts;
        _news = news;
        _timing = timing;
        _time = time;
        _logger = logger;
        _random = new Random();
        _backoff = new Backoff(timing, _random);
    }

    public WatchScope Scope { get; }

    /// <summary>Whether a stream of changes is open.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>Timestamp of the last event, bookmark or list.</summary>
    public long HeardAt => Volatile.Read(ref _heardAt);

    /// <summary>Why the last request came to nothing; null: it did not.</summary>
    public string? Problem => _problem;

    /// <summary>What that was a fault of; null: there is none.</summary>
    public ApiFault? Fault => _fault < 0 ? null : (ApiFault)_fault;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            _openedAt = 0;
            TimeSpan pause;
            try
            {
                if (_version.IsNone)
                {
                    await ListAsync(cancellationToken);
                }

                await WatchAsync(cancellationToken);
                pause = WasHealthy() ? TimeSpan.Zero : _backoff.Next();
            }
            catch (ApiException e)
            {
                pause = await TakeFaultAsync(e, cancellationToken);
            }
            finally
            {
                _isOpen = false;
            }

            if (_isOrderBroken)
            {
                // What else came in the wrong order, and not at all before the stream ended, only a list can tell.
                _isOrderBroken = false;
                _version = ResourceVersion.None;
            }

            await Task.Delay(pause, _time, cancellationToken);
        }
    }

    private bool WasHealthy()
    {
        var isHealthy = _openedAt != 0 && _time.GetElapsedTime(_openedAt) >= _timing.HealthyAfter;
        if (isHealthy)
        {
            _backoff.Reset();
        }

        return isHealthy;
    }

    private async Task<TimeSpan> TakeFaultAsync(ApiException e, CancellationToken cancellationToken)
    {
        _counts.CountError(ReasonOf(e.Fault));
        var wasHealthy = WasHealthy();
        if (e.Fault == ApiFault.Expired || e.Fault == ApiFault.Malformed)
        {
            _version = ResourceVersion.None;
        }

        if (e.Fault != ApiFault.Expired)
        {
            await TellProblemAsync(e, cancellationToken);
        }

        return wasHealthy && e.RetryAfter is null ? _backoff.Soon() : _backoff.Next(e.RetryAfter);
    }

    private async Task TellProblemAsync(ApiException e, CancellationToken cancellationToken)
    {
        var isNew = Fault != e.Fault;
        _fault = (int)e.Fault;
        _problem = e.Message;
        if (!isNew)
        {
            return;
        }

        if (e.Fault is ApiFault.KindMissing || (e.Fault is ApiFault.Forbidden && Scope.Kind == WatchedKinds.IngressClass))
        {
            LogMissing(Scope, e.Message);
        }
        else
        {
            LogProblem(Scope, e.Message);
        }

        await _news.WriteAsync(new WatchNews.Health(this), cancellationToken);
    }

    private void TellWell()
    {
        if (Fault is not null)
        {
            LogWell(Scope);
        }

        _fault = -1;
        _problem = null;
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        var items = ImmutableArray.CreateBuilder<DecodedObject>();
        var (next, restarts) = ("", 0);
        while (true)
        {
            ListPage page;
            try
            {
                page = await ReadPageAsync(Scope.ListPath(next, inPages: restarts <= MostPagedRestarts), cancellationToken);
            }
            catch (ApiException e) when (e.Fault == ApiFault.Expired && next.Length > 0)
            {
                // The version this list began with is gone: its pages no longer fit together.
                _counts.CountError(ReasonOf(e.Fault));
                items.Clear();
                (next, restarts) = ("", restarts + 1);
                await Task.Delay(_backoff.Soon(), _time, cancellationToken);
                continue;
            }
            catch (ApiException e) when (e.Fault == ApiFault.NotFound && Scope.Kind.IsCustom)
            {
                throw await _discovery.HasAsync(Scope.Kind, cancellationToken)
                    ? e
                    : new ApiException(
                        ApiFault.KindMissing,
                        $"the cluster has no kind {Scope.Kind.Kind} ({Scope.Kind.ApiVersion}); what the log holds of it stays, and it is read as soon as its CustomResourceDefinition is there");
            }

            items.AddRange(page.Items);
            if (page.Continue.Length == 0)
            {
                _version = page.Version;
                break;
            }

            next = page.Continue;
        }

        _counts.CountList();
        Volatile.Write(ref _heardAt, _time.GetTimestamp());
        TellWell();
        LogListed(Scope, items.Count, _version.Text);
        await _news.WriteAsync(new WatchNews.Listed(this, items.ToImmutable(), _version), cancellationToken);
    }

    private async Task<ListPage> ReadPageAsync(string path, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        using var answer = await _connection.GetAsync(path, $"list {Scope}", cancellationToken);
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        try
        {
            await using var body = await answer.ReadAsync(cancellationToken);
            while (true)
            {
                silence.CancelAfter(_timing.AnswerLimit);
                var read = await body.ReadAsync(buffer.GetMemory(16 * 1024), either.Token);
                if (read == 0)
                {
                    return ListPageReader.Read(Scope.Kind, buffer.WrittenSpan, _time.GetUtcNow());
                }

                buffer.Advance(read);
            }
        }
        catch (JsonException e)
        {
            throw new ApiException(ApiFault.Malformed, $"list {Scope}: {e.Message}", inner: e);
        }
        catch (Exception e) when (ApiConnection.IsNetwork(e) || IsTimeout(e, silence, cancellationToken))
        {
            throw new ApiException(ApiFault.Unreachable, $"list {Scope}: the answer broke off: {e.Message}", inner: e);
        }
        finally
        {
            // A page of Secrets is full of keys.
            buffer.Clear();
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        var seconds = _random.Next((int)_timing.StreamLife.TotalSeconds, (2 * (int)_timing.StreamLife.TotalSeconds) + 1);
        using var answer = await _connection.GetAsync(Scope.WatchPath(_version, seconds), $"watch {Scope}", cancellationToken);
        _openedAt = _time.GetTimestamp();
        Volatile.Write(ref _heardAt, _openedAt);
        _isOpen = true;
        TellWell();
        try
        {
            var lines = PipeReader.Create(await answer.ReadAsync(cancellationToken));
            while (true)
            {
                silence.CancelAfter(_timing.IdleLimit);
                var read = await lines.ReadAsync(either.Token);
                var rest = await TakeLinesAsync(read.Buffer, cancellationToken);
                lines.AdvanceTo(rest, read.Buffer.End);

                // A line without an end was cut off: the watch that follows sends it whole. A server ends its watches, too, and that is no fault.
                if (read.IsCompleted)
                {
                    await lines.CompleteAsync();
                    return;
                }
            }
        }
        catch (JsonException e)
        {
            throw new ApiException(ApiFault.Malformed, $"watch {Scope}: {e.Message}", inner: e);
        }
        catch (Exception e) when (IsTimeout(e, silence, cancellationToken))
        {
            throw new ApiException(ApiFault.Unreachable, $"watch {Scope}: neither an event nor a bookmark came for {_timing.IdleLimit.TotalSeconds:0} s", inner: e);
        }
        catch (Exception e) when (ApiConnection.IsNetwork(e))
        {
            throw new ApiException(ApiFault.Unreachable, $"watch {Scope}: the stream broke off: {e.Message}", inner: e);
        }
    }

    /// <returns>Where the first line begins that is not there in whole.</returns>
    private async Task<SequencePosition> TakeLinesAsync(ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        while (buffer.PositionOf((byte)'\n') is { } end)
        {
            var line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            if (line.Length > 0)
            {
                Volatile.Write(ref _heardAt, _time.GetTimestamp());
                await TakeAsync(WatchEvent.Read(Scope.Kind, line, _time.GetUtcNow()), cancellationToken);
            }
        }

        return buffer.Length <= MaxLineBytes ? buffer.Start : throw new JsonException($"a line has more than {MaxLineBytes} bytes");
    }

    private async Task TakeAsync(WatchEvent happened, CancellationToken cancellationToken)
    {
        if (happened.Fault is not null)
        {
            throw happened.Fault;
        }

        if (happened.Object is not { } item)
        {
            return;
        }

        if (item.Version.IsNone)
        {
            throw new JsonException("an event has no resourceVersion");
        }

        if (item.Version.IsOlderThan(_version))
        {
            _isOrderBroken = true;
        }
        else
        {
            _version = item.Version;
        }

        if (happened.Type != WatchEventType.Bookmark)
        {
            _counts.CountEvent(happened.Type);
            await _news.WriteAsync(new WatchNews.Changed(this, happened.Type, item, HeardAt), cancellationToken);
        }
    }

    private static bool IsTimeout(Exception e, CancellationTokenSource silence, CancellationToken cancellationToken) =>
        e is OperationCanceledException && silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested;

    private static string ReasonOf(ApiFault fault) => fault switch
    {
        ApiFault.Expired => "expired",
        ApiFault.Unauthorized => "unauthorized",
        ApiFault.Forbidden => "forbidden",
        ApiFault.NotFound or ApiFault.KindMissing => "missing",
        ApiFault.Throttled => "throttled",
        ApiFault.ServerError => "server",
        ApiFault.Refused => "refused",
        ApiFault.NoCredentials => "credentials",
        ApiFault.Malformed => "malformed",
        _ => "unreachable",
    };

    [LoggerMessage(4100, LogLevel.Debug, "{Scope}: {Objects} objects listed at version {Version}")]
    private partial void LogListed(WatchScope scope, int objects, string version);

    [LoggerMessage(4101, LogLevel.Warning, "{Scope} cannot be followed: {Problem}. What is known of it stays in use; trying again")]
    private partial void LogProblem(WatchScope scope, string problem);

    [LoggerMessage(4102, LogLevel.Information, "{Scope} can be followed again")]
    private partial void LogWell(WatchScope scope);

    [LoggerMessage(4103, LogLevel.Information, "{Scope} is gone without: {Problem}")]
    private partial void LogMissing(WatchScope scope, string problem);
}
