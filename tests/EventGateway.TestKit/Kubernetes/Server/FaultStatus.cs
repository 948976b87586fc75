using EventGateway.TestKit.Kubernetes.Faults;

namespace EventGateway.TestKit.Kubernetes.Server;

/// <summary>The Status that goes with a status code a rule asks for.</summary>
internal static class FaultStatus
{
    public static ApiFault Of(FaultRule rule) => rule.Code switch
    {
        401 => ApiFault.Unauthorized(),
        403 => new ApiFault(403, "Forbidden", "forbidden on purpose"),
        410 => ApiFault.Expired("The resourceVersion for the provided list is too old."),
        429 => new ApiFault(429, "TooManyRequests", "Too many requests, please try again later.") { RetryAfterSeconds = rule.RetryAfterSeconds ?? 1 },
        500 => new ApiFault(500, "InternalError", "Internal error occurred: on purpose"),
        503 => new ApiFault(503, "ServiceUnavailable", "the server is currently unable to handle the request") { RetryAfterSeconds = rule.RetryAfterSeconds },
        504 => new ApiFault(504, "Timeout", "Timeout: request did not complete within the allotted timeout"),
        var code => new ApiFault(code, "", $"status {code} on purpose") { RetryAfterSeconds = rule.RetryAfterSeconds },
    };
}
