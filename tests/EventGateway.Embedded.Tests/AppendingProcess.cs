using System.Diagnostics;
using System.Globalization;
using EventGateway.Core.Log;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventGateway.Embedded.Tests;

/// <summary>
/// This test program once more, as a process that only appends to the log in a folder, says each append that was acknowledged, and
/// goes on until it is killed or its starter is gone.
/// </summary>
internal sealed class AppendingProcess : IDisposable
{
    public const int GroupSize = 3;
    public static readonly LogName Log = new("child", "shop");

    private const string FolderVariable = "EVENTGATEWAY_TEST_APPEND_TO";
    private readonly Process _process;

    private AppendingProcess(Process process) => _process = process;

    /// <summary>In the child, where it appends to; null anywhere else.</summary>
    public static string? Folder => Environment.GetEnvironmentVariable(FolderVariable);

    public int Id => _process.Id;

    public static AppendingProcess Start(string folder)
    {
        var program = Path.Combine(AppContext.BaseDirectory, typeof(AppendingProcess).Assembly.GetName().Name + (OperatingSystem.IsWindows() ? ".exe" : ""));
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment[FolderVariable] = folder;
        return new AppendingProcess(Process.Start(start)!);
    }

    /// <summary>The number of the next append that was acknowledged.</summary>
    public async Task<int> NextAcknowledgedAsync(TimeSpan deadline)
    {
        string? line;
        try
        {
            line = await _process.StandardOutput.ReadLineAsync().WaitAsync(deadline, TimeProvider.System);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"Waited {deadline} for the child {Id} to say an append that was acknowledged; it says nothing", e);
        }

        return int.TryParse(line, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidOperationException($"Expected the number of an append from the child; came: {line ?? "its end"}");
    }

    /// <summary>Kills it as <c>kill -9</c> does; returns what it had said before that.</summary>
    public async Task<IReadOnlyList<int>> KillAsync(TimeSpan deadline)
    {
        _process.Kill();
        var said = await _process.StandardOutput.ReadToEndAsync().WaitAsync(deadline, TimeProvider.System);
        await _process.WaitForExitAsync().WaitAsync(deadline, TimeProvider.System);
        // The last line may have been cut off.
        return [.. said[..(said.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => int.Parse(l, CultureInfo.InvariantCulture))];
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    /// <summary>In the child: appends to the log in the folder and does not return.</summary>
    public static async Task<int> AppendUntilKilledAsync(string folder)
    {
        // Blocks, also its Async methods do; ends when the starter does.
        var starterIsGone = Task.Run(Console.In.ReadToEnd);
        var appending = AppendAsync(folder);
        await await Task.WhenAny(starterIsGone, appending);
        return 1;
    }

    private static async Task AppendAsync(string folder)
    {
        await using var store = SqliteConfigLogStore.Open(
            new SqliteLogOptions { DataFolder = folder }, TimeProvider.System, NullLogger<SqliteConfigLogStore>.Instance);
        var writer = await store.Open(Log).ClaimAsync(CancellationToken.None);
        for (var i = 0; ; i++)
        {
            var value = BitConverter.GetBytes(i);
            await writer.AppendAsync(
                [.. Enumerable.Range(0, GroupSize).Select(n => new LogRecord($"k{i}-{n}", value))], new LogRecord($"h{i}", value), CancellationToken.None);
            await Console.Out.WriteAsync($"{i}\n");
            await Console.Out.FlushAsync();
        }
    }
}
