using System.Collections.Immutable;
using EventGateway.Core.Model;
using EventGateway.Core.Publishing;
using EventGateway.Core.Sealing;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>
/// Secret: a certificate for each TLS Secret that an Ingress or a TCPIngress wants served, or a backend is to show to its endpoints. Nothing else of
/// a Secret becomes an entity but CA certificates, which are public.
/// </summary>
internal sealed class CertificateStep(NamespaceObjects objects)
{
    private readonly UnitTable<string, CertificateUnit> _units = new();

    public void Run(NamespacePass pass, IEnumerable<IngressUnit> ingresses)
    {
        var uses = new SortedDictionary<string, List<(IngressUnit Ingress, TlsUse Use)>>(StringComparer.Ordinal);
        foreach (var name in pass.ClientCertificates)
        {
            uses.Add(name, []);
        }

        foreach (var ingress in ingresses)
        {
            foreach (var use in ingress.Tls)
            {
                if (!uses.TryGetValue(use.Secret, out var users))
                {
                    uses.Add(use.Secret, users = []);
                }

                users.Add((ingress, use));
            }
        }

        pass.References.Secrets.UnionWith(uses.Keys);
        _units.Begin();
        foreach (var (name, users) in uses)
        {
            Translate(pass, name, users);
        }

        _units.Sweep(pass.Changes);
        foreach (var (name, place) in pass.Secrets)
        {
            if (!uses.ContainsKey(name))
            {
                pass.Judge(place, JudgeUnserved(pass, pass[place]));
            }
        }
    }

    /// <summary>A Secret that is no certificate of the log: it holds CA certificates, or a key pair that is not in use, or nobody names it.</summary>
    private VerdictDraft JudgeUnserved(NamespacePass pass, SourceObject item)
    {
        if (objects.CaSecrets.Asked(item.Id.Name) is { } authorities)
        {
            return authorities.Judge(pass.Now);
        }

        return objects.KeyPairs.Asked(item.Id.Name) is { Reasons: [_, ..] reasons }
            ? new VerdictDraft(VerdictOutcome.Refused, reasons, [])
            : VerdictDraft.Skipped(WhyUnused(item));
    }

    private static string WhyUnused(SourceObject secret) => secret.Label("konghq.com/credential") is not null
        ? "credentials of consumers are not supported yet; it has no effect"
        : "no Ingress or TCPIngress of ours names it in spec.tls, and no Service that is in use in its annotations";

    private void Translate(NamespacePass pass, string name, List<(IngressUnit Ingress, TlsUse Use)> users)
    {
        if (!pass.Secrets.TryGetValue(name, out var place))
        {
            foreach (var (ingress, use) in users)
            {
                pass.Tell(ingress, [$"{use.Field}.secretName: Secret {pass.Namespace}/{name} {pass.WhyMissing("Secret", name)} create it as kubernetes.io/tls. Until then its hosts are served without it"], []);
            }

            return;
        }

        var item = pass[place];
        var known = _units.Find(name);
        var info = objects.KeyPairs.Get(pass, pass.Secrets, name)!;
        var isShown = pass.ClientCertificates.Contains(name);
        var serverNames = ServerNames(info, users);
        if (known is not null && ReferenceEquals(known.Info, info) && known.IsShown == isShown && known.ServerNames.SequenceEqual(serverNames))
        {
            _units.Keep(known);
        }
        else
        {
            _units.Put(name, new CertificateUnit(info, serverNames, isShown) { Entities = EntitiesOf(item, info, serverNames, isShown) }, pass.Changes);
        }

        Judge(pass, place, info, serverNames.IsEmpty && !isShown);
        foreach (var (ingress, use) in users)
        {
            pass.Tell(ingress, [], [.. Shortcomings(pass.Namespace, use, info)]);
        }
    }

    private static ImmutableArray<string> ServerNames(CertificateInfo info, List<(IngressUnit Ingress, TlsUse Use)> users) =>
        [.. users.SelectMany(u => u.Use.Hosts.IsEmpty ? info.Names : u.Use.Hosts).Distinct().Order(StringComparer.Ordinal)];

    private static ImmutableArray<DesiredEntity> EntitiesOf(SourceObject item, CertificateInfo info, ImmutableArray<string> serverNames, bool isShown)
    {
        if (!info.Reasons.IsEmpty || (serverNames.IsEmpty && !isShown))
        {
            return [];
        }

        var certificate = new Certificate(EntityKey.Certificate(item.Id.Namespace, item.Id.Name))
        {
            ServerNames = serverNames,
            ChainPem = info.ChainPem,
            PrivateKey = new PlainSecret(info.Key),
            CreatedAt = item.CreatedAt,
            Source = item.Id.ToString(),
        };
        return [new DesiredEntity(certificate, item.Provenance)];
    }

    private static void Judge(NamespacePass pass, int place, CertificateInfo info, bool isOfNoUse)
    {
        if (!info.Reasons.IsEmpty)
        {
            pass.Judge(place, new VerdictDraft(VerdictOutcome.Refused, info.Reasons, []));
        }
        else if (isOfNoUse)
        {
            pass.Judge(place, VerdictDraft.Refused("data[tls.crt]: the certificate names no host and neither does an Ingress; name the hosts in the Ingress' spec.tls[].hosts"));
        }
        else if (info.NotAfter < pass.Now)
        {
            pass.Judge(place, new VerdictDraft(VerdictOutcome.Accepted, [], [$"data[tls.crt]: the certificate expired on {info.NotAfter:yyyy-MM-dd}; those who are shown it will refuse it, renew it"]));
        }
        else if (info.NotBefore > pass.Now)
        {
            pass.Judge(place, new VerdictDraft(VerdictOutcome.Accepted, [], [$"data[tls.crt]: the certificate is not valid before {info.NotBefore:yyyy-MM-dd}; those who are shown it will refuse it until then"]));
        }
        else
        {
            pass.Judge(place, VerdictDraft.Accepted);
        }
    }

    private static IEnumerable<string> Shortcomings(string @namespace, TlsUse use, CertificateInfo info)
    {
        if (!info.Reasons.IsEmpty)
        {
            yield return $"{use.Field}.secretName: Secret {@namespace}/{use.Secret} is refused, see there; its hosts are served without it";
            yield break;
        }

        foreach (var host in use.Hosts.Where(h => !info.Covers(h)))
        {
            yield return $"{use.Field}: the certificate in Secret {@namespace}/{use.Secret} does not name '{host}'; clients will refuse it for that host";
        }
    }
}
