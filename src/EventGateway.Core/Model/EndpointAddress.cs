namespace EventGateway.Core.Model;

/// <summary>One endpoint.</summary>
/// <param name="Address">IPv4, IPv6 without brackets, or a DNS name.</param>
/// <param name="Ready">Takes new requests.</param>
/// <param name="Serving">Would be ready if it were not terminating.</param>
/// <param name="Terminating">Is going away; keeps the requests it has.</param>
public sealed record EndpointAddress(string Address, bool Ready = true, bool Serving = true, bool Terminating = false)
{
    /// <summary>Kong's, for a target that says nothing of it.</summary>
    public const int DefaultWeight = 100;

    /// <summary>Share of the backend's requests beside the other endpoints; 0: none.</summary>
    public int Weight { get; init; } = DefaultWeight;

    public string Zone { get; init; } = "";

    public string Node { get; init; } = "";
}
