namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>Why a request to the API server came to nothing.</summary>
internal enum ApiFault
{
    /// <summary>No connection, or it broke, or nothing came for too long.</summary>
    Unreachable = 0,

    /// <summary>An answer that is none of an API server.</summary>
    Malformed = 1,

    /// <summary>The version asked for is too old: 410.</summary>
    Expired = 2,

    /// <summary>401.</summary>
    Unauthorized = 3,

    /// <summary>403.</summary>
    Forbidden = 4,

    /// <summary>404 on one object, or on a kind that discovery still names.</summary>
    NotFound = 5,

    /// <summary>The cluster has no such kind, says discovery.</summary>
    KindMissing = 6,

    /// <summary>429.</summary>
    Throttled = 7,

    /// <summary>5xx.</summary>
    ServerError = 8,

    /// <summary>Any other 4xx.</summary>
    Refused = 9,

    /// <summary>The credentials cannot be loaded.</summary>
    NoCredentials = 10,
}
