using System.Collections.Immutable;
using EventGateway.Core.Sealing;

namespace EventGateway.Core.Model;

/// <summary>A key pair and the server names it serves.</summary>
public sealed record Certificate(EntityKey Key) : Entity(Key)
{
    /// <summary>
    /// Lower case; <c>*.x</c> stands for exactly one label, <c>x.*</c> for any last labels; <c>*</c>: served when nothing else fits. Empty: served to
    /// nobody, for backends to show to their endpoints.
    /// </summary>
    public ImmutableArray<string> ServerNames { get; init; } = [];

    /// <summary>PEM, leaf first.</summary>
    public required string ChainPem { get; init; }

    /// <summary>PKCS#8, PKCS#1 or SEC1 as PEM text; plain only between its source and the publisher, which seals it.</summary>
    public required Secret PrivateKey { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>For people: the object behind the certificate, for example <c>Secret shop/tls</c>.</summary>
    public string Source { get; init; } = "";

    public override IEnumerable<ConfigProblem> Validate()
    {
        for (var i = 0; i < ServerNames.Length; i++)
        {
            if (ServerNames[i].Length == 0)
            {
                yield return new ConfigProblem($"serverNames[{i}]", "a server name is empty");
            }
        }

        if (!ChainPem.Contains("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal))
        {
            yield return new ConfigProblem("chainPem", "no PEM certificate found");
        }
    }
}
