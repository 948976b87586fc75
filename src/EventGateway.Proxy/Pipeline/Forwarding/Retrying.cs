using System.Diagnostics;
using EventGateway.Proxy.Upstreams.Health;
using Microsoft.AspNetCore.Http;

namespace EventGateway.Proxy.Pipeline.Forwarding;

/// <summary>
/// Whether a request may be tried on another endpoint. Any method may be repeated when nothing of the request reached the endpoint; only an
/// idempotent one (RFC 9110, section 9.2.2) when something may have, unless the backend says otherwise. Never once the client
/// has been sent anything, nor when the body was read and not kept.
/// </summary>
internal static class Retrying
{
    /// <summary>Takes a retry out of the backend's budget.</summary>
    /// <param name="status">Of the answer; 0: there was none.</param>
    public static bool TryTake(HttpContext context, GatewayRequest request, AttemptOutcome outcome, int status)
    {
        var rules = request.Rules;
        if (request.Attempts > rules.Retries || context.Response.HasStarted || ReasonOf(context, rules, outcome, status) is not { } reason
            || request.Body is { CanRewind: false } || !HasAnother(request))
        {
            return false;
        }

        var health = request.Backend.Health;
        if (!health.Budget.TryTake(rules.Retry.BudgetPercent, Stopwatch.GetTimestamp()))
        {
            health.Watch.Metrics.OnBudgetExhausted(health.Workspace);
            return false;
        }

        health.Watch.Metrics.OnRetry(health.Workspace, reason);
        return true;
    }

    /// <summary>Whether an answer of this status is to be thrown away, as another attempt follows.</summary>
    public static bool Withholds(HttpContext context, GatewayRequest request, int status) =>
        request.IsWithheld = request.Rules.RetriesStatuses && TryTake(context, request, AttemptOutcome.Answered, status);

    /// <summary>Whether the request may be sent again though an endpoint may have seen it.</summary>
    public static bool IsRepeatable(HttpContext context, BackendRules rules)
    {
        var method = context.Request.Method;
        return rules.Retry.NonIdempotent || HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsPut(method)
            || HttpMethods.IsDelete(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);
    }

    /// <summary>For the metric; null: must not be repeated.</summary>
    private static string? ReasonOf(HttpContext context, BackendRules rules, AttemptOutcome outcome, int status)
    {
        switch (outcome)
        {
            case AttemptOutcome.NotConnected or AttemptOutcome.ConnectTimedOut:
                return "connect";
            case AttemptOutcome.Broken when IsRepeatable(context, rules):
                return "broken";
            case AttemptOutcome.TimedOut when IsRepeatable(context, rules):
                return "timeout";
            case AttemptOutcome.Answered when rules.RetriesStatuses && rules.Retry.Statuses.Contains(status) && IsRepeatable(context, rules):
                return "status";
            default:
                return null;
        }
    }

    private static bool HasAnother(GatewayRequest request)
    {
        foreach (var endpoint in request.Pool.Usable)
        {
            if (!request.HasTried(endpoint))
            {
                return true;
            }
        }

        return false;
    }
}
