namespace EventGateway.Kafka;

/// <summary>The largest record each topic takes, in bytes, and the setting that says so.</summary>
internal sealed record RecordLimits(int ConfigBytes, string ConfigSetting, int HistoryBytes, string HistorySetting);
