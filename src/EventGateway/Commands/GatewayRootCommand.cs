using System.Collections.Immutable;
using System.CommandLine;

namespace EventGateway.Commands;

/// <summary>The commands, in the order of the help.</summary>
internal sealed class GatewayRootCommand : RootCommand, IExampleCommand
{
    public GatewayRootCommand()
        : base("EventGateway: a Kubernetes ingress and API gateway whose configuration is an event log.")
    {
        Add(new StandaloneCommand());
        Add(new WatcherCommand());
        Add(new ProxyCommand());
        Add(new ValidateCommand());
        Add(new TopicsCommand());
        Add(new StatusCommand());
        Add(new WaitCommand());
        Add(new KeysCommand());
        Add(new EchoCommand());
        Add(new VersionCommand());
    }

    public ImmutableArray<string> Examples =>
    [
        "eventgateway standalone --manifests ./manifests",
        "eventgateway watcher --kafka 127.0.0.1:9092 --origin cluster-a --manifests ./manifests --create-topics",
        "eventgateway proxy --kafka 127.0.0.1:9092",
        "eventgateway validate ./manifests",
    ];
}
