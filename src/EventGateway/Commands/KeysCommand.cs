using System.Collections.Immutable;
using System.CommandLine;

namespace EventGateway.Commands;

/// <summary><c>eventgateway keys</c>.</summary>
internal sealed class KeysCommand : Command, IExampleCommand
{
    public KeysCommand()
        : base("keys", "Keys that seal private keys in the log.") => Add(new KeysNewCommand());

    public ImmutableArray<string> Examples => ["eventgateway keys new"];
}
