using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace EventGateway.Embedded.Tests;

/// <summary>The test runner, as xunit would make it, or the <see cref="AppendingProcess"/> that a test of it starts.</summary>
internal static class TestProgram
{
    public static Task<int> Main(string[] args)
    {
        if (AppendingProcess.Folder is { } folder)
        {
            return AppendingProcess.AppendUntilKilledAsync(folder);
        }

        return args.Contains("--server") || args.Contains("--internal-msbuild-node")
            ? TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : ConsoleRunner.Run(args);
    }
}
