using System.CommandLine;

namespace EventGateway.Commands;

/// <summary><c>eventgateway keys</c>.</summary>
internal sealed class KeysCommand : Command
{
    public KeysCommand()
        : base("keys", "Keys that seal private keys in the log.") => Add(new KeysNewCommand());
}
