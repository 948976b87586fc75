namespace EventGateway.Sources.Files;

/// <summary>Which manifests are read, and how.</summary>
public sealed class ManifestSourceOptions
{
    public static readonly TimeSpan DefaultScanInterval = TimeSpan.FromSeconds(2);
    public static readonly TimeSpan DefaultSettleTime = TimeSpan.FromMilliseconds(75);

    /// <summary>Files, folders (read with all folders below them: <c>*.yaml</c>, <c>*.yml</c>, <c>*.json</c>), or <c>-</c> for standard input, which is read once.</summary>
    public IList<string> Paths { get; set; } = [];

    /// <summary>Ingress classes that are ours. An Ingress without a class always is.</summary>
    public IList<string> IngressClasses { get; set; } = ["eventgateway", "kong"];

    /// <summary>How often names and times of all files are compared, for file systems that tell nobody of changes. Default: 2 s.</summary>
    public TimeSpan ScanInterval { get; set; } = DefaultScanInterval;

    /// <summary>How long the files must be quiet before they are read, so that a file is not read half-written. Default: 75 ms.</summary>
    public TimeSpan SettleTime { get; set; } = DefaultSettleTime;
}
