namespace EventGateway.Kafka;

/// <summary>Which values of a topic setting are as good as the recommended one.</summary>
public enum TopicSettingBound
{
    /// <summary>None.</summary>
    Exactly,

    /// <summary>Larger ones; -1 means without limit.</summary>
    AtLeast,

    /// <summary>Smaller ones.</summary>
    AtMost,
}
