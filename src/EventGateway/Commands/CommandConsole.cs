namespace EventGateway.Commands;

/// <summary>What a command may use of the process around it.</summary>
internal sealed record CommandConsole(TextWriter Out, TextWriter Error, Func<string, string?> Environment, TimeProvider Time)
{
    public static CommandConsole OfProcess() => new(Console.Out, Console.Error, System.Environment.GetEnvironmentVariable, TimeProvider.System);
}
