using EventGateway.Core.Model;
using EventGateway.Core.Publishing;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>
/// Ingress: a listener for the hosts whose clients are to show a certificate. Without its CA the listener stays and trusts nobody: a mistake
/// must not open what the author closed.
/// </summary>
internal sealed class ListenerStep(NamespaceObjects objects)
{
    /// <summary>The port https has in Kubernetes' world; the proxy applies the listener wherever it ends TLS for requests.</summary>
    private const int HttpsPort = 443;

    private readonly UnitTable<string, ListenerUnit> _units = new();

    public void Run(NamespacePass pass, IEnumerable<IngressUnit> ingresses)
    {
        _units.Begin();
        foreach (var ingress in ingresses)
        {
            if (ingress.ClientCa is not { } use)
            {
                continue;
            }

            pass.References.Secrets.UnionWith(use.Secret.Length == 0 ? [] : [use.Secret]);
            var authorities = use.Secret.Length == 0 ? null : objects.CaSecrets.Get(pass, pass.Secrets, use.Secret);
            var name = ingress.Ingress.Id.Name;
            var isTentative = authorities is null && pass.Snapshot.Unread.Has("Secret", use.Secret);
            if (_units.Find(name) is { } unit && ReferenceEquals(unit.Ingress, ingress) && ReferenceEquals(unit.Authorities, authorities) && unit.IsTentative == isTentative)
            {
                _units.Keep(unit);
            }
            else
            {
                unit = new ListenerUnit(ingress, authorities, isTentative)
                {
                    Entities = use.Hosts.IsEmpty ? [] : [new DesiredEntity(ListenerOf(ingress, use, authorities), ingress.Ingress.Provenance) { IsTentative = isTentative }],
                };
                _units.Put(name, unit, pass.Changes);
            }

            if (authorities is not { Reasons: [] })
            {
                pass.Tell(ingress, [WhyNobody(pass, use, authorities)], []);
            }
        }

        _units.Sweep(pass.Changes);
    }

    private static Listener ListenerOf(IngressUnit ingress, ClientCaUse use, CaBundleInfo? authorities) => new(EntityKey.Listener(ingress.Ingress.Id.Namespace, ingress.Ingress.Id.Name))
    {
        Port = HttpsPort,
        Protocol = ListenerProtocol.Https,
        Hosts = use.Hosts,
        TlsMode = TlsMode.Terminate,
        ClientValidation = new ClientValidation(authorities is { Reasons: [] } ? authorities.Pem : NobodyCa.Pem) { Mode = use.Mode, VerifyDepth = use.VerifyDepth },
        CreatedAt = ingress.Ingress.CreatedAt,
    };

    private static string WhyNobody(NamespacePass pass, ClientCaUse use, CaBundleInfo? authorities)
    {
        var what = $"metadata.annotations[{ClientCaUse.SecretAnnotation}]: ";
        what += use.Secret.Length == 0 ? "it is missing; name the Secret with the CA of the clients in data[ca.crt]"
            : authorities is null ? $"Secret {pass.Namespace}/{use.Secret} {pass.WhyMissing("Secret", use.Secret)} create it with the CA of the clients in data[ca.crt]"
            : $"Secret {pass.Namespace}/{use.Secret} is refused, see there";
        return $"{what}. Until then no client's certificate is trusted";
    }
}
