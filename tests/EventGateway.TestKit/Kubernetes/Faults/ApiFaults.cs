using System.Collections.Immutable;
using EventGateway.TestKit.Kubernetes.Server;
using Microsoft.AspNetCore.Http;

namespace EventGateway.TestKit.Kubernetes.Faults;

/// <summary>What goes wrong now. Rules may come and go while requests run; the first that fires counts.</summary>
public sealed class ApiFaults(TimeProvider time)
{
    private ImmutableList<FaultRule> _rules = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IDisposable Add(FaultRule rule)
    {
        ImmutableInterlocked.Update(ref _rules, static (all, r) => all.Add(r), rule);
        return new Removal(() => Change(all => all.Remove(rule)));
    }

    /// <summary>Cuts off one client, by its user or by the port it comes from: it gets no byte, while others are served.</summary>
    public IDisposable Partition(Func<ApiRequest, bool> client) => Add(new FaultRule(FaultKind.Silence) { Matches = client });

    public void Clear() => Change(static _ => []);

    /// <summary>The fault that hits a request, if one does.</summary>
    internal FaultRule? For(ApiRequest request) => Volatile.Read(ref _rules).FirstOrDefault(r => !r.IsOfWatches && r.Kind != FaultKind.Silence && r.Fires(request));

    /// <summary>The fault that hits an event of a watch, if one does.</summary>
    internal FaultRule? ForEvent(ApiRequest watch) => Volatile.Read(ref _rules).FirstOrDefault(r => r.IsOfWatches && r.Fires(watch));

    /// <summary>Returns when nothing silences the request, or throws when its client has gone.</summary>
    internal async Task AudibleAsync(ApiRequest request, CancellationToken gone)
    {
        while (true)
        {
            var changed = Volatile.Read(ref _changed);
            if (!Volatile.Read(ref _rules).Any(r => r.Kind == FaultKind.Silence && r.Fires(request)))
            {
                return;
            }

            await changed.Task.WaitAsync(gone);
        }
    }

    internal Task DelayAsync(TimeSpan delay, CancellationToken gone) => Task.Delay(delay, time, gone);

    internal WatchStream Watch(ApiRequest request, HttpContext context) => new(this, request, context);

    private void Change(Func<ImmutableList<FaultRule>, ImmutableList<FaultRule>> change)
    {
        ImmutableInterlocked.Update(ref _rules, change);
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private sealed class Removal(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
