namespace EventGateway.Proxy.Telemetry;

/// <summary>Puts metrics of its own into the registry of <see cref="ProxyMetrics"/> when it is made; all are made with the status port.</summary>
internal interface IMetricSource;
