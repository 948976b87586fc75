using System.Collections.Concurrent;
using EventGateway.Core.Image;
using EventGateway.Core.Loading;
using EventGateway.Core.Log;
using EventGateway.Core.Model;
using EventGateway.Core.Sealing;
using EventGateway.Proxy.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EventGateway.Proxy.Tls;

/// <summary>
/// Which certificate answers for which server name: exact name, then a wildcard for the first label, then one for the last labels, then
/// <c>*</c>, then a self-signed one made at the start. Lookups take no lock; a swap does not touch connections that are open. One that cannot be opened
/// or loaded leaves its predecessor in use.
/// </summary>
public sealed class CertificateTable : IImagePublisher
{
    /// <summary>Longest DNS name in text form (RFC 1035, section 2.3.4).</summary>
    private const int MaxNameLength = 253;

    private readonly Lock _writer = new();
    private readonly CertificateLoader _loader;
    private readonly RefusalLog _refusals;
    private readonly ServedCertificate _selfSigned;
    private readonly ConcurrentDictionary<string, NamedCertificates> _served = new(1, 31, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<CertificateState>> _claims = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(LogName Log, EntityKey Key), CertificateState> _certificates = new();
    private readonly Dictionary<(LogName Log, EntityKey Key), string> _refused = [];
    private volatile int _lastLabelWildcards;

    /// <param name="keyRing">Null: every certificate is refused by name.</param>
    /// <param name="logger">Null: refusals are not logged.</param>
    /// <param name="tls">Null: the defaults.</param>
    public CertificateTable(KeyRing? keyRing, TimeProvider time, ILogger<CertificateTable>? logger = null, TlsOptions? tls = null)
    {
        var options = tls ?? new TlsOptions();
        _refusals = new RefusalLog((ILogger?)logger ?? NullLogger.Instance);
        _loader = new CertificateLoader(keyRing, options);
        _selfSigned = ServedCertificate.SelfSigned(time.GetUtcNow(), options);
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
                if (_certificates.TryRemove((log, gone.Entity.Key), out var before))
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
    /// <param name="hello">Decides between several keys; null: the first is taken.</param>
    internal ServedCertificate Select(string? serverName, ClientHello? hello = null) => Select(Find(serverName), hello);

    internal ServedCertificate Select(NameMatch match, ClientHello? hello) => match.Certificates?.Choose(hello) ?? _selfSigned;

    internal NameMatch Find(ReadOnlySpan<char> serverName)
    {
        var name = serverName.EndsWith('.') ? serverName[..^1] : serverName;
        if (name.Length is > 0 and <= MaxNameLength)
        {
            var served = _served.GetAlternateLookup<ReadOnlySpan<char>>();
            if (served.TryGetValue(name, out var exact))
            {
                return new NameMatch(exact, name is "*");
            }

            Span<char> pattern = stackalloc char[name.Length + 1];
            var dot = name.IndexOf('.');
            if (dot > 0)
            {
                pattern[0] = '*';
                name[dot..].CopyTo(pattern[1..]);
                if (served.TryGetValue(pattern[..(name.Length - dot + 1)], out var wildcard))
                {
                    return new NameMatch(wildcard, false);
                }
            }

            if (_lastLabelWildcards > 0 && FindByFirstLabels(served, name, pattern) is { } byFirst)
            {
                return new NameMatch(byFirst, false);
            }
        }

        return new NameMatch(_served.GetValueOrDefault("*"), true);
    }

    /// <summary>What a log's backends show to their endpoints; null: it is not there, or could not be loaded.</summary>
    internal ServedCertificate? Find(LogName log, EntityKey key) => _certificates.TryGetValue((log, key), out var certificate) ? certificate.Served : null;

    // Of "a.b.c": "a.b.*", then "a.*".
    private static NamedCertificates? FindByFirstLabels(
        ConcurrentDictionary<string, NamedCertificates>.AlternateLookup<ReadOnlySpan<char>> served, ReadOnlySpan<char> name, Span<char> pattern)
    {
        name.CopyTo(pattern);
        for (var dot = name.LastIndexOf('.'); dot > 0; dot = name[..dot].LastIndexOf('.'))
        {
            pattern[dot + 1] = '*';
            if (served.TryGetValue(pattern[..(dot + 2)], out var found))
            {
                return found;
            }
        }

        return null;
    }

    private void Put_NeedsLock(LogName log, Certificate certificate)
    {
        var id = (log, certificate.Key);
        if (_loader.Load(log, certificate, out var fault) is not { } served)
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
                _lastLabelWildcards += IsLastLabelWildcard(name) ? 1 : 0;
            }

            claims.RemoveAll(c => ReferenceEquals(c, before) || ReferenceEquals(c, state));
            claims.Add(state);
            claims.Sort(CertificateState.Compare);
            _served[name] = new NamedCertificates(claims);
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
                _lastLabelWildcards -= IsLastLabelWildcard(name) ? 1 : 0;
                _served.TryRemove(name, out _);
            }
            else
            {
                _served[name] = new NamedCertificates(claims);
            }
        }
    }

    private static bool IsLastLabelWildcard(string name) => name.EndsWith(".*", StringComparison.Ordinal);

    private IEnumerable<RefusedRecord> Losers_NeedsLock(LogName log) =>
        from certificate in _certificates.Values
        where certificate.Log == log
        from name in certificate.Entity.ServerNames
        let winner = _served[name].WinnerOver(certificate)
        where winner is not null
        select new RefusedRecord(
            certificate.Entity.Key.Text,
            $"server name {name} is served with {(winner.Entity.Source.Length > 0 ? winner.Entity.Source : winner.Entity.Key.Text)} of workspace {winner.Log.Workspace}, "
            + $"{(winner.Entity.CreatedAt == certificate.Entity.CreatedAt ? "whose name comes first" : "which is older")}; use another name or remove that one");
}
