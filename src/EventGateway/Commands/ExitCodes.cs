namespace EventGateway.Commands;

/// <summary>What the process says to its caller when it ends. A stop by signal is 128 + the signal's number.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Done, but something was refused or differs.</summary>
    public const int Differs = 1;

    /// <summary>Wrong usage or settings; nothing was begun.</summary>
    public const int Usage = 2;

    /// <summary>A dependency could not be reached, another process has taken over what this one had, or something went wrong that nobody foresaw.</summary>
    public const int Unreachable = 3;

    public const int Interrupted = 130;

    public const int Terminated = 143;
}
