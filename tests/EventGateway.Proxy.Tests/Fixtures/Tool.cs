using System.Diagnostics;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>A program of the system that a test needs; without it the test is skipped.</summary>
internal static class Tool
{
    private static readonly string[] Folders = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"];

    /// <summary>Its path.</summary>
    public static string Need(string name)
    {
        var path = Folders.Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, $"{name} is not installed");
        return path!;
    }

    /// <returns>What it wrote to both outputs.</returns>
    public static async Task<string> RunAsync(string name, params string[] arguments)
    {
        using var process = Start(name, arguments);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return await output + await error;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    public static Process Start(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo(Need(name)) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
