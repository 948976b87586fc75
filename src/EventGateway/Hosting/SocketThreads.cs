namespace EventGateway.Hosting;

/// <summary>
/// Where the code behind an awaited socket goes on: on the thread that saw the socket become ready, instead of on another one that has to be
/// woken first. Whatever runs there must never wait for another socket, as it may be the thread that would have to see that one. What awaits
/// sockets in a role with traffic is Kestrel, which hands requests to the thread pool itself, and the way back from upstreams to clients.
/// </summary>
internal static class SocketThreads
{
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    /// <summary>The runtime reads this from the environment alone, before the first socket. An environment that says otherwise is left as it is.</summary>
    public static void GoOnInPlace()
    {
        if (Environment.GetEnvironmentVariable(InlineCompletions) is null)
        {
            Environment.SetEnvironmentVariable(InlineCompletions, "1");
        }
    }
}
