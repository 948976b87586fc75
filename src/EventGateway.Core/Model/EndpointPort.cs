namespace EventGateway.Core.Model;

/// <param name="Name">The Service port's name; "" is a name.</param>
public sealed record EndpointPort(string Name, int Port);
