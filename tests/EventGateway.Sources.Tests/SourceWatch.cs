using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using EventGateway.Sources.Files;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace EventGateway.Sources.Tests;

/// <summary>A file source that is being watched, with what it has said so far.</summary>
internal sealed class SourceWatch : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly IAsyncEnumerator<SourceState> _states;
    private Task<bool>? _next;

    public SourceWatch(string path, TimeSpan? scanInterval = null)
    {
        var options = new ManifestSourceOptions { Paths = [path], ScanInterval = scanInterval ?? TimeSpan.FromSeconds(60) };
        var factory = LoggerFactory.Create(b => b.AddProvider(Log));
        _states = new ManifestFileSource(Options.Create(options), TimeProvider.System, factory.CreateLogger<ManifestFileSource>())
            .WatchAsync(_stop.Token).GetAsyncEnumerator(_stop.Token);
    }

    public RecordingLoggerProvider Log { get; } = new();

    public IReadOnlyDictionary<string, DesiredState> Current { get; private set; } = new Dictionary<string, DesiredState>();

    public bool IsPartial { get; private set; }

    public int States { get; private set; }

    public DesiredState Workspace(string name) => Current.GetValueOrDefault(name) ?? DesiredState.Empty;

    public string PathOf(string ingress, string workspace = "shop") =>
        Workspace(workspace).Entities.TryGetValue(EntityKey.Route(workspace, ingress, "0.0"), out var route) ? ((Route)route.Entity).Matches[0].Path.Value : "(none)";

    /// <summary>Reads states until one is as wanted.</summary>
    public async Task UntilAsync(Func<bool> condition, string phase)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (States == 0 || !condition())
        {
            _next ??= _states.MoveNextAsync().AsTask();
            if (await Task.WhenAny(_next, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, deadline.Token)) != _next)
            {
                Assert.Fail($"{phase}: not after {Deadline.TotalSeconds} s; state {States} has {string.Join(", ", Current.SelectMany(w => w.Value.Entities.Keys))}; log: {Log}");
            }

            Assert.True(await _next, "the source ended");
            _next = null;
            Current = _states.Current.Workspaces;
            IsPartial = _states.Current.IsPartial;
            States++;
        }
    }

    /// <summary>Lets the source go on until it has logged a text; it must not give a new state meanwhile.</summary>
    public async Task UntilLoggedAsync(string text)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        _next ??= _states.MoveNextAsync().AsTask();
        while (!Log.Has(text))
        {
            Assert.False(_next.IsCompleted, $"a new state came while waiting for '{text}': {Log}");
            Assert.False(deadline.IsCancellationRequested, $"'{text}' was not logged within {Deadline.TotalSeconds} s: {Log}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            if (_next is not null)
            {
                await _next;
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }

        await _states.DisposeAsync();
        _stop.Dispose();
    }
}
