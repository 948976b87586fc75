using System.Collections.Immutable;
using System.CommandLine;

namespace EventGateway.Commands;

/// <summary><c>eventgateway topics</c>.</summary>
internal sealed class TopicsCommand : Command, IExampleCommand
{
    public TopicsCommand()
        : base("topics", "Plans, makes and checks the Kafka topics of config logs.")
    {
        Add(new TopicsPlanCommand());
        Add(new TopicsCreateCommand());
        Add(new TopicsVerifyCommand());
    }

    public ImmutableArray<string> Examples => ["eventgateway topics create --kafka 127.0.0.1:9092 --origin cluster-a --workspace shop,blog", "eventgateway topics verify --kafka 127.0.0.1:9092"];
}
