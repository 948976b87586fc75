using System.Collections.Immutable;
using EventGateway.Core.Log;
using EventGateway.Kafka;

namespace EventGateway.Settings;

/// <param name="Origins">Empty: every one there is.</param>
/// <param name="Workspaces">Empty: every one there is.</param>
internal sealed record TopicsSettings(KafkaLogOptions Kafka, ImmutableArray<string> Origins, ImmutableArray<string> Workspaces, bool AsJson)
{
    /// <summary>Every workspace of every origin.</summary>
    public IReadOnlyList<LogName> Logs => [.. Origins.SelectMany(o => Workspaces.Select(w => new LogName(o, w))).Distinct().Order()];
}
