namespace EventGateway.Core.Log;

/// <summary>Somebody else has claimed the log: this writer must stop.</summary>
public sealed class LogFencedException(string message, Exception? innerException = null) : Exception(message, innerException);
