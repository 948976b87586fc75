namespace EventGateway.Core.Log;

/// <summary>The store could not be reached or did not answer in time; trying again later may help.</summary>
public sealed class LogUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);
