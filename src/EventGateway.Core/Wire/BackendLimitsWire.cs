using EventGateway.Core.Model;

namespace EventGateway.Core.Wire;

internal static class BackendLimitsWire
{
    public static V1.RetryPolicy? ToMessage(RetryPolicy? retry)
    {
        if (retry is null)
        {
            return null;
        }

        var message = new V1.RetryPolicy
        {
            BudgetPercent = (uint)retry.BudgetPercent,
            MaxBodyBytes = (uint)retry.MaxBodyBytes,
            NonIdempotent = retry.NonIdempotent,
        };
        message.Statuses.AddRange(retry.Statuses.Select(s => (uint)s));
        return message;
    }

    public static V1.CircuitLimits? ToMessage(CircuitLimits? circuit) => circuit is null ? null : new V1.CircuitLimits
    {
        MaxRequests = (uint)circuit.MaxRequests,
        MaxRequestsPerEndpoint = (uint)circuit.MaxRequestsPerEndpoint,
        MaxConnectionsPerEndpoint = (uint)circuit.MaxConnectionsPerEndpoint,
    };

    public static RetryPolicy? ToRetry(V1.RetryPolicy? message) => message is null ? null : new RetryPolicy
    {
        BudgetPercent = (int)message.BudgetPercent,
        Statuses = [.. message.Statuses.Select(s => (int)s)],
        MaxBodyBytes = (int)message.MaxBodyBytes,
        NonIdempotent = message.NonIdempotent,
    };

    public static CircuitLimits? ToCircuit(V1.CircuitLimits? message) => message is null ? null : new CircuitLimits
    {
        MaxRequests = (int)message.MaxRequests,
        MaxRequestsPerEndpoint = (int)message.MaxRequestsPerEndpoint,
        MaxConnectionsPerEndpoint = (int)message.MaxConnectionsPerEndpoint,
    };
}
