namespace EventGateway.Proxy.Upstreams.Health;

/// <summary>What became of one attempt at a request, as far as the endpoint is concerned.</summary>
internal enum AttemptOutcome
{
    /// <summary>The endpoint answered with a status, and the answer came to its end.</summary>
    Answered,

    /// <summary>No connection could be made (refused, unknown name, TLS): nothing of the request reached the endpoint.</summary>
    NotConnected,

    /// <summary>No connection could be made in time: nothing of the request reached the endpoint.</summary>
    ConnectTimedOut,

    /// <summary>The connection broke before the head of the answer; the endpoint may have seen the request.</summary>
    Broken,

    /// <summary>The endpoint did not take the request's bytes or did not begin to answer in time; it may have seen the request.</summary>
    TimedOut,

    /// <summary>The connection broke within the answer.</summary>
    BrokenInAnswer,

    /// <summary>The endpoint fell silent within the answer.</summary>
    TimedOutInAnswer,

    /// <summary>The client left: says nothing about the endpoint.</summary>
    ClientGone,

    /// <summary>The client's request could not be read or sent on: says nothing about the endpoint.</summary>
    ClientFault,
}
