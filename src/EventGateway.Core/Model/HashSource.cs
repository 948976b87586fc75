namespace EventGateway.Core.Model;

/// <summary>What of a request is hashed.</summary>
public enum HashSource
{
    /// <summary>Nothing: round robin.</summary>
    None = 0,
    Ip = 1,
    Header = 2,

    /// <summary>A cookie; one that is missing is made and set in the answer.</summary>
    Cookie = 3,
    Path = 4,
    Query = 5,

    /// <summary>A named group of the route's path expression.</summary>
    UriCapture = 6,
}
