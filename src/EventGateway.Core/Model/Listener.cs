using System.Collections.Immutable;

namespace EventGateway.Core.Model;

/// <summary>A port, the protocol spoken there, the hosts it answers for and what it does with TLS.</summary>
public sealed record Listener(EntityKey Key) : Entity(Key)
{
    public required int Port { get; init; }

    public required ListenerProtocol Protocol { get; init; }

    /// <summary>Empty: any host.</summary>
    public ImmutableArray<HostMatch> Hosts { get; init; } = [];

    public TlsMode TlsMode { get; init; }

    /// <summary>Null: clients need no certificate.</summary>
    public ClientValidation? ClientValidation { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public override IEnumerable<ConfigProblem> Validate()
    {
        if (Port is < 1 or > 65535)
        {
            yield return new ConfigProblem("port", $"{Port} is not a port; use 1 to 65535");
        }

        if (ConfigProblem.OfUnknown("protocol", Protocol) is { } unknownProtocol)
        {
            yield return unknownProtocol;
        }

        if (ConfigProblem.OfUnknown("tlsMode", TlsMode) is { } unknownMode)
        {
            yield return unknownMode;
        }

        if (ClientValidation is not null && TlsMode != TlsMode.Terminate)
        {
            yield return new ConfigProblem("clientValidation", "only a listener that ends TLS can check its clients; set tlsMode to Terminate");
        }

        foreach (var problem in ClientValidation?.Validate() ?? [])
        {
            yield return problem;
        }

        for (var i = 0; i < Hosts.Length; i++)
        {
            if (Hosts[i].Validate($"hosts[{i}]") is { } problem)
            {
                yield return problem;
            }
        }
    }
}
