using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using Prometheus;

namespace EventGateway.Proxy.Telemetry;

/// <summary>
/// When the first certificate of each log expires, and how many it has. Not per name: names are many, and which one it is stands in
/// <c>/status</c> and in the certificate. Certificates are read when the metrics are asked for, not while a config is put into use. Owns a lock.
/// </summary>
internal sealed class CertificateExpiry : IImagePublisher, IMetricSource
{
    private readonly Lock _lock = new();
    private readonly Dictionary<LogName, Dictionary<EntityKey, DateTimeOffset?>> _expiries = [];
    private readonly Dictionary<(LogName Log, EntityKey Key), Certificate> _unread = [];
    private readonly Gauge _soonest;
    private readonly Gauge _count;

    public CertificateExpiry(ProxyMetrics metrics)
    {
        var factory = Metrics.WithCustomRegistry(metrics.Registry);
        _soonest = factory.CreateGauge(
            "eventgateway_certificate_expiry_timestamp_seconds", "When the first of the log's certificates expires, as Unix time.", ["origin", "workspace"]);
        _count = factory.CreateGauge("eventgateway_certificates", "Certificates in the log.", ["origin", "workspace"]);
        metrics.Registry.AddBeforeCollectCallback(Read);
    }

    public string Name => "certificate-expiry";

    public void OnImage(LogName log, ConfigDelta delta, ConfigImage image)
    {
        if (delta.Certificates is not { } certificates)
        {
            return;
        }

        lock (_lock)
        {
            if (!_expiries.TryGetValue(log, out var known))
            {
                _expiries[log] = known = [];
            }

            foreach (var changed in certificates.Changed)
            {
                known[changed.Entity.Key] = null;
                _unread[(log, changed.Entity.Key)] = changed.Entity;
            }

            foreach (var removed in certificates.Removed)
            {
                known.Remove(removed.Entity.Key);
                _unread.Remove((log, removed.Entity.Key));
            }
        }
    }

    private void Read()
    {
        lock (_lock)
        {
            foreach (var ((log, key), certificate) in _unread)
            {
                _expiries[log][key] = NotAfter(certificate);
            }

            _unread.Clear();
            foreach (var (log, known) in _expiries)
            {
                _count.WithLabels(log.Origin, log.Workspace).Set(known.Count);
                if (known.Values.Min() is { } soonest)
                {
                    _soonest.WithLabels(log.Origin, log.Workspace).Set(soonest.ToUnixTimeSeconds());
                }
                else
                {
                    _soonest.RemoveLabelled(log.Origin, log.Workspace);
                }
            }
        }
    }

    /// <returns>Null: it cannot be read, which is told where it is put into use.</returns>
    private static DateTimeOffset? NotAfter(Certificate certificate)
    {
        try
        {
            using var leaf = X509Certificate2.CreateFromPem(certificate.ChainPem);
            return new DateTimeOffset(leaf.NotAfter.ToUniversalTime());
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
