namespace EventGateway.Proxy.Telemetry;

/// <summary>Measures from when it is made, for the registry of <see cref="ProxyMetrics"/> or for whoever asks it; all are made with the status port.</summary>
internal interface IMetricSource;
