using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace EventGateway.Commands;

/// <summary>The usual help, then the command's examples.</summary>
internal sealed class ExampleHelpAction(HelpAction usual) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        var code = usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is IExampleCommand command)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in command.Examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
            output.WriteLine("Every flag can also be set by environment (--http-port: EVENTGATEWAY_HTTP_PORT) or in a YAML file given as");
            output.WriteLine("--config, under the same name. The flag is strongest, then the environment, then the file.");
        }

        return code;
    }
}
