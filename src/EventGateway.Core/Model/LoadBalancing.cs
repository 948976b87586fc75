namespace EventGateway.Core.Model;

public enum LoadBalancing
{
    RoundRobin = 0,
}
