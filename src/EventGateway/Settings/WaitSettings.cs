using System.Collections.Immutable;
using EventGateway.Kafka;
using EventGateway.Status;

namespace EventGateway.Settings;

/// <param name="Target">Null only while there are faults.</param>
/// <param name="Origins">Empty: every one.</param>
/// <param name="Generation">0: any.</param>
internal sealed record WaitSettings(KafkaLogOptions Kafka, WaitTarget? Target, ImmutableArray<string> Origins, long Generation, TimeSpan Timeout)
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    public static WaitSettings Read(SettingsReader reader)
    {
        var targets = reader.List(SettingCatalog.WaitTarget);
        WaitTarget? target = null;
        if (targets.Length != 1)
        {
            reader.Fault(SettingCatalog.WaitTarget.Name, "name one thing to wait for: ingress/shop/web, route/shop/web/0.0 or cluster-a/shop@42");
        }
        else if (!WaitTarget.TryParse(targets[0], out target))
        {
            reader.Fault(
                SettingCatalog.WaitTarget.Name,
                $"'{targets[0]}' is neither KIND/NAMESPACE/NAME of an Ingress, TCPIngress, Service, EndpointSlice or Secret (ingress/shop/web), nor an entity's key (route/shop/web/0.0), nor ORIGIN/WORKSPACE@COMMIT (cluster-a/shop@42)");
        }

        if (target is { Commit: not null } && reader.IsSet(SettingCatalog.Generation))
        {
            reader.Fault(reader.From(SettingCatalog.Generation), "a position has no generation; leave it out, or name an object");
        }

        return new WaitSettings(
            KafkaConnectionSettings.Read(reader, createTopics: false),
            target,
            reader.Labels(SettingCatalog.WaitOrigins),
            reader.Number(SettingCatalog.Generation, 1, int.MaxValue, "is not a generation; use 1 or more") ?? 0,
            reader.Duration(SettingCatalog.Timeout, Longest));
    }
}
