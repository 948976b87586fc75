using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Settings;

namespace EventGateway.Commands;

/// <summary>From the words on the command line to an exit code.</summary>
internal static class CommandLine
{
    /// <summary>Every command there is.</summary>
    public static RootCommand Create()
    {
        var root = new GatewayRootCommand();
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            option.Action = new ExampleHelpAction((HelpAction)option.Action!);
        }

        return root;
    }

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CommandConsole console, CancellationToken cancellationToken)
    {
        // Response files would give '@' a meaning that --kafka-option name=@FILE does not want.
        var parsed = Create().Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var command = parsed.CommandResult.Command as ISettingsCommand;
        if (parsed.Action is not null && parsed.Errors.Count == 0 || parsed.Action?.ClearsParseErrors == true)
        {
            var configuration = new InvocationConfiguration { Output = console.Out, Error = console.Error, ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
            return await parsed.InvokeAsync(configuration, CancellationToken.None);
        }

        if (parsed.Errors.Count > 0 || command is null)
        {
            return Refuse(parsed, command, console);
        }

        return await InvokeAsync(command, parsed, console, cancellationToken);
    }

    private static async Task<int> InvokeAsync(ISettingsCommand command, ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        try
        {
            return await command.InvokeAsync(parsed, console, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCodes.Done;
        }
        catch (Exception e) when (e is LogUnavailableException or LogFencedException)
        {
            console.Error.WriteLine($"eventgateway: {e.Message}");
            return ExitCodes.Unreachable;
        }
        catch (LogRefusedException e)
        {
            console.Error.WriteLine($"eventgateway: {e.Message}");
            return ExitCodes.Usage;
        }
        catch (Exception e)
        {
            // The last resort: whoever runs this gets a line and a known code, not a trace and an abort.
            console.Error.WriteLine($"eventgateway: cannot go on: {LastResort(e)}");
            return ExitCodes.Unreachable;
        }
    }

    private static string LastResort(Exception exception)
    {
        var place = exception.StackTrace?.Split('\n').Select(l => l.Trim()).FirstOrDefault(l => l.StartsWith("at EventGateway.", StringComparison.Ordinal));
        return $"{exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}{(place is null ? "" : $" ({place})")}";
    }

    private static int Refuse(ParseResult parsed, ISettingsCommand? command, CommandConsole console)
    {
        var faults = UsageFaults(parsed).ToList();
        command?.Check(parsed, console, faults);
        return FaultList.Write(console.Error, parsed.CommandResult, faults);
    }

    private static IEnumerable<ConfigProblem> UsageFaults(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var unmatched = parsed.UnmatchedTokens;
        for (var i = 0; i < unmatched.Count; i++)
        {
            var token = unmatched[i];
            if (token.StartsWith('-'))
            {
                var flag = token.Split('=')[0];
                yield return new ConfigProblem(flag, Advice("there is no such flag here", flag, command.Options.Where(o => !o.Hidden).Select(o => o.Name)));
            }
            else if (i == 0 || !unmatched[i - 1].StartsWith('-'))
            {
                yield return new ConfigProblem(token, Advice(command.Subcommands.Count > 0 ? "there is no such command" : "was not expected here", token, command.Subcommands.Select(c => c.Name)));
            }
        }

        foreach (var error in parsed.Errors.Where(e => !unmatched.Any(u => e.Message.Contains($"'{u}'", StringComparison.Ordinal))))
        {
            // That a command is missing needs no saying where an unknown one was named.
            if (unmatched.Count == 0 || error.SymbolResult is not CommandResult)
            {
                yield return new ConfigProblem("", command.Subcommands.Count > 0
                    ? $"name a command: {string.Join(", ", command.Subcommands.Select(c => c.Name))}"
                    : error.Message);
            }
        }
    }

    private static string Advice(string fault, string written, IEnumerable<string> names) =>
        NearestName.Of(written, names) is { } nearest ? $"{fault}; did you mean {nearest}?" : fault;
}
