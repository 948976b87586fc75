using System.Collections.Concurrent;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using EventGateway.Proxy.Routing;
using EventGateway.Proxy.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventGateway.Proxy.Tls;

/// <summary>
/// Which certificate answers for which server name: exact name, then a wildcard for one label, then <c>*</c>, then a
/// self-signed one made at the start. Lookups take no lock; a swap does not touch connections that are open. One that cannot be opened
/// or loaded leaves its predecessor in use.
/// </summary>
public sealed class CertificateTable : IImagePublisher
{
    private readonly Lock _writer = new();
    private readonly KeyRing? _keyRing;
    private readonly RefusalLog _refusals;
    private readonly ServedCertificate _selfSigned;
    private readonly ConcurrentDictionary<string, ServedCertificate> _served = new(1, 31, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<CertificateState>> _claims = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(LogName Log, EntityKey Key), CertificateState> _certificates = [];
    private readonly Dictionary<(LogName Log, EntityKey Key), string> _refused = [];

    /// <param name="keyRing">Null: every certificate is refused by name.</param>
    /// <param name="logger">Null: refusals are not logged.</param>
    public CertificateTable(KeyRing? keyRing, TimeProvider time, ILogger<CertificateTable>? logger = null)
    {
        _refusals = new RefusalLog((ILogger?)logger ?? NullLogger.Instance);
        _keyRing = keyRing;
        _selfSigned = ServedCertificate.SelfSigned(time.GetUtcNow());
    }

    public string Name => "certificates";

    public void OnImage(LogName log, ConfigDelta delta, ConfigImage image)
    {
        if (delta.Certificates is not { } certificates)
        {
            return;
        }

        lock (_writer)
        {
            foreach (var change in certificates.Changed)
            {
                Put_NeedsLock(log, change.Entity);
            }

            foreach (var gone in certificates.Removed)
            {
                _refused.Remove((log, gone.Entity.Key));
                if (_certificates.Remove((log, gone.Entity.Key), out var before))
                {
                    Withdraw_NeedsLock(before, []);
                }
            }
        }
    }

    public IEnumerable<RefusedRecord> Refused(LogName log)
    {
        lock (_writer)
        {
            var refused = _refused.Where(r => r.Key.Log == log).Select(r => new RefusedRecord(r.Key.Key.Text, r.Value));
            return [.. refused.Concat(Losers_NeedsLock(log)).OrderBy(r => r.Key, StringComparer.Ordinal)];
        }
    }

    /// <param name="serverName">As the client sent it; null or empty: it sent none.</param>
    internal ServedCertificate Select(string? serverName)
    {
        if (!string.IsNullOrEmpty(serverName))
        {
            var name = serverName.EndsWith('.') ? serverName[..^1] : serverName;
            if (_served.TryGetValue(name, out var exact))
            {
                return exact;
            }

            var dot = name.IndexOf('.');
            if (dot > 0 && _served.TryGetValue(string.Concat("*", name.AsSpan(dot)), out var wildcard))
            {
                return wildcard;
            }
        }

        return _served.TryGetValue("*", out var byDefault) ? byDefault : _selfSigned;
    }

    private void Put_NeedsLock(LogName log, Certificate certificate)
    {
        var id = (log, certificate.Key);
        if (Load(log, certificate, out var fault) is not { } served)
        {
            _refused[id] = fault!;
            _refusals.Refused(log, certificate.Key, fault!);
            return;
        }

        _refused.Remove(id);
        var before = _certificates.GetValueOrDefault(id);
        var state = new CertificateState(log, certificate, served);
        _certificates[id] = state;
        foreach (var name in certificate.ServerNames)
        {
            if (!_claims.TryGetValue(name, out var claims))
            {
                _claims[name] = claims = [];
            }

            claims.RemoveAll(c => ReferenceEquals(c, before) || ReferenceEquals(c, state));
            claims.Add(state);
            claims.Sort(CertificateState.Compare);
            _served[name] = claims[0].Served;
        }

        if (before is not null)
        {
            Withdraw_NeedsLock(before, certificate.ServerNames);
        }
    }

    private void Withdraw_NeedsLock(CertificateState state, IReadOnlyCollection<string> keep)
    {
        foreach (var name in state.Entity.ServerNames.Except(keep, StringComparer.OrdinalIgnoreCase))
        {
            if (!_claims.TryGetValue(name, out var claims))
            {
                continue;
            }

            claims.Remove(state);
            if (claims.Count == 0)
            {
                _claims.Remove(name);
                _served.TryRemove(name, out _);
            }
            else
            {
                _served[name] = claims[0].Served;
            }
        }
    }

    private ServedCertificate? Load(LogName log, Certificate certificate, out string? fault)
    {
        try
        {
            return LoadSound(log, certificate, out fault);
        }
        catch (Exception e) when (BuildFault.IsOfEntity(e))
        {
            // Without the message, which may quote what was to be read.
            fault = $"this build cannot use it, please report that: {e.GetType().Name}";
            return null;
        }
    }

    private ServedCertificate? LoadSound(LogName log, Certificate certificate, out string? fault)
    {
        if (certificate.Validate().FirstOrDefault() is { } problem)
        {
            fault = problem.ToString();
            return null;
        }

        var name = certificate.Source.Length > 0 ? certificate.Source : certificate.Key.Text;
        var secret = certificate.PrivateKey as PlainSecret;
        if (certificate.PrivateKey is SealedSecret @sealed)
        {
            if (_keyRing is null)
            {
                fault = $"no --key-ring given: certificate {name} cannot be opened";
                return null;
            }

            secret = _keyRing.Open(@sealed, log, certificate.Key, out var closed);
            if (secret is null)
            {
                fault = $"certificate {name}: {closed}";
                return null;
            }
        }

        var served = ServedCertificate.Load(certificate.ChainPem, System.Text.Encoding.UTF8.GetString(secret!.Value.Span), out fault);
        fault = served is null ? $"certificate {name}: {fault}" : null;
        return served;
    }

    private IEnumerable<RefusedRecord> Losers_NeedsLock(LogName log) =>
        from certificate in _certificates.Values
        where certificate.Log == log
        from name in certificate.Entity.ServerNames
        let winner = _claims[name][0]
        where !ReferenceEquals(winner, certificate)
        select new RefusedRecord(
            certificate.Entity.Key.Text,
            $"server name {name} is served with {(winner.Entity.Source.Length > 0 ? winner.Entity.Source : winner.Entity.Key.Text)} of workspace {winner.Log.Workspace}, "
            + $"{(winner.Entity.CreatedAt == certificate.Entity.CreatedAt ? "whose name comes first" : "which is older")}; use another name or remove that one");
}
