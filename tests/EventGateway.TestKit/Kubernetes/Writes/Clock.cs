using System.Globalization;

namespace EventGateway.TestKit.Kubernetes.Writes;

/// <summary>Times as objects hold them.</summary>
internal static class Clock
{
    public static string Seconds(TimeProvider time) => time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
