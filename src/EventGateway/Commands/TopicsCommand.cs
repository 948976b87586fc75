using System.CommandLine;

namespace EventGateway.Commands;

/// <summary><c>eventgateway topics</c>.</summary>
internal sealed class TopicsCommand : Command
{
    public TopicsCommand()
        : base("topics", "Plans, makes and checks the Kafka topics of config logs.")
    {
        Add(new TopicsPlanCommand());
        Add(new TopicsCreateCommand());
        Add(new TopicsVerifyCommand());
    }
}
