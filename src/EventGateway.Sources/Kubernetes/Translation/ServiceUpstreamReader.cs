using System.Collections.Immutable;
using EventGateway.Core.Model;
using EventGateway.Sources.Kubernetes.Kong;

namespace EventGateway.Sources.Kubernetes.Translation;

/// <summary>
/// Follows what a Service's annotations name; made for one use. Where requests would reach endpoints nobody has verified, or without the
/// certificate they know the gateway by, the Service is refused and its routes answer 503; anything else it is served without.
/// </summary>
internal sealed class ServiceUpstreamReader
{
    private readonly ServiceInfo _service;
    private readonly ImmutableArray<string>.Builder _blocking = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<string>.Builder _shortfalls = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<string>.Builder _warnings = ImmutableArray.CreateBuilder<string>();

    private readonly NamespacePass _pass;
    private readonly bool _isTentative;

    private ServiceUpstreamReader(ServiceInfo service, NamespacePass pass, bool isTentative)
    {
        _service = service;
        _pass = pass;
        _isTentative = isTentative;
    }

    /// <param name="previous">Given back when it still holds.</param>
    public static ServiceUpstream Read(ServiceInfo service, NamespacePass pass, NamespaceObjects objects, ServiceUpstream? previous)
    {
        var inputs = Follow(service, pass, objects);
        var isTentative = IsTentative(service, pass, inputs);
        return previous is not null && previous.IsOf(service, inputs, isTentative)
            ? previous
            : new ServiceUpstreamReader(service, pass, isTentative).Read(inputs, previous);
    }

    private static ImmutableArray<object?> Follow(ServiceInfo service, NamespacePass pass, NamespaceObjects objects)
    {
        var references = service.References;
        if (ReferenceEquals(references, UpstreamReferences.None))
        {
            return [];
        }

        var inputs = ImmutableArray.CreateBuilder<object?>();
        inputs.Add(references.Policy.Length == 0 ? null : objects.Policies.Get(pass, pass.Policies, references.Policy));
        if (service.SpeaksTls)
        {
            pass.References.Secrets.UnionWith(references.ClientCertificate.Length == 0 ? references.CaSecrets : references.CaSecrets.Add(references.ClientCertificate));
            pass.References.ConfigMaps.UnionWith(references.CaConfigMaps);
            inputs.Add(references.ClientCertificate.Length == 0 ? null : objects.KeyPairs.Get(pass, pass.Secrets, references.ClientCertificate));
            foreach (var name in references.CaSecrets)
            {
                inputs.Add(objects.CaSecrets.Get(pass, pass.Secrets, name));
            }

            foreach (var name in references.CaConfigMaps)
            {
                inputs.Add(objects.CaConfigMaps.Get(pass, pass.ConfigMaps, name));
            }
        }

        return inputs.ToImmutable();
    }

    private static bool IsTentative(ServiceInfo service, NamespacePass pass, ImmutableArray<object?> inputs)
    {
        var (unread, references) = (pass.Snapshot.Unread, service.References);
        return !unread.IsEmpty && inputs.Contains(null)
            && ((references.Policy.Length > 0 && inputs[0] is null && unread.Has(KongUpstreamPolicy.KindName, references.Policy))
                || (references.ClientCertificate.Length > 0 && unread.Has("Secret", references.ClientCertificate))
                || references.CaSecrets.Any(n => unread.Has("Secret", n))
                || references.CaConfigMaps.Any(n => unread.Has("ConfigMap", n)));
    }

    private ServiceUpstream Read(ImmutableArray<object?> inputs, ServiceUpstream? previous)
    {
        var references = _service.References;
        var policy = inputs.IsEmpty || references.Policy.Length == 0 ? null : ReadPolicy((UpstreamPolicyInfo?)inputs[0]);
        var hasTls = inputs.Length > 1;
        var caPem = hasTls ? ReadAuthorities(inputs.AsSpan()[2..]) : "";
        var certificate = hasTls && references.ClientCertificate.Length > 0 ? ReadCertificate((CertificateInfo?)inputs[1]) : null;
        if (_service.Settings.HashBoundPercent > 0 && policy?.Hash is null)
        {
            _warnings.Add($"metadata.annotations[{UpstreamSettings.Prefix}hash-bound-percent]: only consistent hashing has a bound; name a KongUpstreamPolicy with that algorithm");
        }

        return new ServiceUpstream(Effective(previous), _service, inputs)
        {
            Policy = policy,
            IsTentative = _isTentative,
            CaPem = caPem,
            ClientCertificate = certificate,
            Shortfalls = _shortfalls.ToImmutable(),
            Warnings = _warnings.ToImmutable(),
        };
    }

    /// <summary>Routes are made anew when it is another instance: it is one only when they see a difference.</summary>
    private ServiceInfo Effective(ServiceUpstream? previous)
    {
        if (_blocking.Count == 0)
        {
            return _service;
        }

        var reasons = _service.Reasons.AddRange(_blocking);
        return previous is not null && ReferenceEquals(previous.Read, _service) && previous.Service.Reasons.SequenceEqual(reasons) && previous.Service.IsTentative == _isTentative
            ? previous.Service
            : _service with { Reasons = reasons, IsTentative = _isTentative };
    }

    private UpstreamPolicyInfo? ReadPolicy(UpstreamPolicyInfo? policy)
    {
        var what = $"metadata.annotations[konghq.com/upstream-policy]: KongUpstreamPolicy {_service.Namespace}/{_service.References.Policy}";
        if (policy is null)
        {
            _shortfalls.Add($"{what} {_pass.WhyMissing(KongUpstreamPolicy.KindName, _service.References.Policy)} create it, or remove the annotation. Until then requests go round robin, without its health checks");
        }
        else if (!policy.Reasons.IsEmpty)
        {
            _warnings.Add($"{what} is refused, see there; only its sound parts are in use");
        }

        return policy;
    }

    private EntityKey? ReadCertificate(CertificateInfo? certificate)
    {
        var name = _service.References.ClientCertificate;
        if (certificate is { Reasons: [] })
        {
            return EntityKey.Certificate(_service.Namespace, name);
        }

        var what = $"metadata.annotations[konghq.com/client-cert]: Secret {_service.Namespace}/{name}";
        _blocking.Add(certificate is null
            ? $"{what} {_pass.WhyMissing("Secret", name)} create it as kubernetes.io/tls. Until then requests get 503, as the endpoints could not tell who calls"
            : $"{what} is refused, see there; until then requests get 503, as the endpoints could not tell who calls");
        return null;
    }

    private string ReadAuthorities(ReadOnlySpan<object?> bundles)
    {
        var names = _service.References.CaSecrets.Select(s => ("ca-certificates-secrets", "Secret", s))
            .Concat(_service.References.CaConfigMaps.Select(m => ("ca-certificates-configmaps", "ConfigMap", m))).ToList();
        var problems = new List<string>();
        var pem = "";
        for (var i = 0; i < bundles.Length; i++)
        {
            if (bundles[i] is CaBundleInfo { Reasons: [] } bundle)
            {
                pem += bundle.Pem;
                continue;
            }

            var (annotation, kind, name) = names[i];
            problems.Add($"metadata.annotations[{AnnotationSet.Prefix}{annotation}]: {kind} {_service.Namespace}/{name} "
                + (bundles[i] is null ? $"{_pass.WhyMissing(kind, name)} create it with the CA certificate in data[ca.crt]" : "is refused, see there"));
        }

        if (!_service.Tls.Verify)
        {
            _warnings.AddRange(problems);
        }
        else if (pem.Length > 0)
        {
            _shortfalls.AddRange(problems.Select(p => $"{p}; until then endpoints with a certificate of that CA are not trusted, those of the other CAs are"));
        }
        else
        {
            _blocking.AddRange(problems.Select(p => $"{p}; until then requests get 503, as no endpoint can be verified"));
        }

        return pem;
    }
}
