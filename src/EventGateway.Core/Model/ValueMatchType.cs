namespace EventGateway.Core.Model;

public enum ValueMatchType
{
    Exact = 0,
    Regex = 1,
    Present = 2,
}
