namespace EventGateway.Kafka;

/// <summary>A Kafka topic setting and the value EventGateway recommends.</summary>
/// <param name="Name">As Kafka names it.</param>
/// <param name="Value">The recommended value.</param>
/// <param name="Bound">Which other values do as well.</param>
public sealed record TopicSetting(string Name, string Value, TopicSettingBound Bound);
