using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace EventGateway.Core.Tests;

/// <summary>Time that goes on only when told, and tells who waits for it.</summary>
internal sealed class TestTime : FakeTimeProvider
{
    private readonly ConcurrentDictionary<TimeSpan, int> _waits = new();

    public TestTime()
        : base(new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero))
    {
    }

    /// <summary>How often somebody began to wait for just this long.</summary>
    public int WaitsFor(TimeSpan due) => _waits.GetValueOrDefault(due);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.AddOrUpdate(dueTime, 1, static (_, count) => count + 1);
        return timer;
    }
}
