using EventGateway.Commands;

namespace EventGateway.Tests.Commands;

/// <summary>One command line run inside the test's process, with what it wrote.</summary>
internal sealed record CommandRun(int ExitCode, string Out, string Error)
{
    public static async Task<CommandRun> OfAsync(string[] arguments, IReadOnlyDictionary<string, string>? environment = null, TimeProvider? time = null)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = new CommandConsole(output, error, name => environment?.GetValueOrDefault(name), time ?? TimeProvider.System);
        var exitCode = await CommandLine.RunAsync(arguments, console, TestContext.Current.CancellationToken);
        return new CommandRun(exitCode, output.ToString(), error.ToString());
    }
}
