using System.Diagnostics;

namespace EventGateway.Proxy.Tests.Fixtures;

/// <summary>The tool <c>openssl</c>, where the machine has it.</summary>
internal static class OpenSsl
{
    public const string Absent = "openssl is not installed";

    public static bool IsThere => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => p.Length > 0 && File.Exists(Path.Combine(p, "openssl")));

    /// <summary>What <c>s_client</c> prints for one connection, on both of its outputs.</summary>
    public static async Task<string> ClientAsync(int port, string name, params string[] arguments)
    {
        var start = new ProcessStartInfo("openssl", ["s_client", "-connect", $"127.0.0.1:{port}", "-servername", name, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync($"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n");
        await process.StandardInput.FlushAsync();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        return await output + await errors;
    }
}
