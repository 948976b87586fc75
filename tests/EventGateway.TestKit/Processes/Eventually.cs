using System.Diagnostics;
using Xunit;

namespace EventGateway.TestKit.Processes;

/// <summary>Waits for conditions. A wait that fails says what was expected, what is, and what the processes wrote last.</summary>
public static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <param name="observe">What is now; null: it cannot be told yet.</param>
    /// <param name="processes">Whose last lines a failure shows.</param>
    public static async Task<T> BecomesAsync<T>(
        Func<Task<T?>> observe, Func<T, bool> isExpected, string expected, IEnumerable<GatewayProcess> processes, TimeSpan? deadline = null)
        where T : class
    {
        var limit = deadline ?? Deadline;
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            var now = await observe();
            if (now is not null && isExpected(now))
            {
                return now;
            }

            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                Assert.Fail($"Waited {limit.TotalSeconds:0} s for {expected}.\nNow: {now?.ToString() ?? "nothing"}\n{Tails(processes)}");
            }

            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    public static Task HoldsAsync(Func<Task<bool>> condition, string expected, IEnumerable<GatewayProcess> processes, TimeSpan? deadline = null) =>
        BecomesAsync(async () => (await condition()).ToString(), text => text == bool.TrueString, expected, processes, deadline);

    public static string Tails(IEnumerable<GatewayProcess> processes) => string.Join('\n', processes.Select(p => p.Describe()));
}
