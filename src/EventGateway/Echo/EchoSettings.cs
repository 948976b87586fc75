using System.Collections.Immutable;
using System.Net;

namespace EventGateway.Echo;

/// <param name="Address">Null: all addresses.</param>
internal sealed record EchoSettings(IPAddress? Address, ImmutableArray<int> Ports);
