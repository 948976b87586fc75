using System.Collections.Immutable;

namespace EventGateway.Core.Model;

/// <summary>The addresses of one EndpointSlice.</summary>
public sealed record Endpoints(EntityKey Key) : Entity(Key)
{
    /// <summary>What backends refer to, for example <c>shop/cart</c>.</summary>
    public required string Group { get; init; }

    public ImmutableArray<EndpointAddress> Addresses { get; init; } = [];

    /// <summary>Empty: each backend's own default port.</summary>
    public ImmutableArray<EndpointPort> Ports { get; init; } = [];

    public override IEnumerable<ConfigProblem> Validate()
    {
        if (Group.Length == 0)
        {
            yield return new ConfigProblem("group", "the endpoints belong to no group");
        }

        for (var i = 0; i < Addresses.Length; i++)
        {
            if (Uri.CheckHostName(Addresses[i].Address) == UriHostNameType.Unknown)
            {
                yield return new ConfigProblem($"addresses[{i}]", $"'{Addresses[i].Address}' is neither an IP address nor a DNS name");
            }

            if (Addresses[i].Weight is < 0 or > 65535)
            {
                yield return new ConfigProblem($"addresses[{i}].weight", $"{Addresses[i].Weight} is out of range; use 0 to 65535");
            }
        }

        for (var i = 0; i < Ports.Length; i++)
        {
            if (Ports[i].Port is < 1 or > 65535)
            {
                yield return new ConfigProblem($"ports[{i}]", $"{Ports[i].Port} is not a port; use 1 to 65535");
            }
        }
    }
}
