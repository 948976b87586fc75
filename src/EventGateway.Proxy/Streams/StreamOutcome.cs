namespace EventGateway.Proxy.Streams;

/// <summary>How a connection went.</summary>
internal enum StreamOutcome
{
    /// <summary>Both sides were connected, and one of them ended it.</summary>
    Done,

    /// <summary>No route for the port, or for the server name.</summary>
    NoRoute,

    /// <summary>The route has no endpoint that takes connections.</summary>
    NoEndpoint,

    /// <summary>The client did not begin with TLS where routes are told apart by server name, or not in time.</summary>
    NoHello,

    /// <summary>The handshake with the client failed.</summary>
    ClientTlsFailed,

    /// <summary>No endpoint could be connected to, or agreed on TLS.</summary>
    ConnectFailed,

    /// <summary>Nothing was said by either side for the backend's read timeout.</summary>
    Idle,

    /// <summary>One of the sides broke the connection.</summary>
    Broken,

    /// <summary>The gateway ended it, as it was stopped.</summary>
    Stopped,
}
