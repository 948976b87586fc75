namespace EventGateway.Core.Log;

/// <summary>The store or the log must be changed by a person first; the message says what and how.</summary>
public sealed class LogRefusedException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Whether it is one record that is not taken (its size, its content), so that others may be.</summary>
    public bool ConcernsRecord { get; init; }
}
