namespace EventGateway.Sources.Kubernetes.Watch;

/// <summary>A request to the API server came to nothing. The message is for people, and tells what to do where somebody has to do something.</summary>
internal sealed class ApiException(ApiFault fault, string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    public ApiFault Fault { get; } = fault;

    /// <summary>How long the server asks to be left alone; null: it does not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
