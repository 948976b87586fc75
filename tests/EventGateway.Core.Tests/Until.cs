using System.Diagnostics;
using Xunit;

namespace EventGateway.Core.Tests;

/// <summary>Waits for what happens on another thread.</summary>
internal static class Until
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    public static async Task TrueAsync(Func<bool> condition, Func<string> describe)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline, $"Waited {Deadline}. {describe()}");
            await Task.Delay(Pause, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Lets the fake time go on in steps until the condition holds.</summary>
    public static Task TrueAsync(TestTime time, TimeSpan step, Func<bool> condition, Func<string> describe) => TrueAsync(
        () =>
        {
            if (condition())
            {
                return true;
            }

            time.Advance(step);
            return false;
        },
        describe);
}
