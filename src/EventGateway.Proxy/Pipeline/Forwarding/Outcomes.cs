using EventGateway.Proxy.Upstreams.Health;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace EventGateway.Proxy.Pipeline.Forwarding;

/// <summary>Reads off what YARP left behind what became of an attempt.</summary>
internal static class Outcomes
{
    /// <param name="failure">What YARP reports; null: nothing went wrong.</param>
    public static AttemptOutcome Of(HttpContext context, GatewayRequest request, IForwarderErrorFeature? failure)
    {
        if (failure is null)
        {
            return AttemptOutcome.Answered;
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            return AttemptOutcome.ClientGone;
        }

        return failure.Error switch
        {
            ForwarderError.Request => OfRequest(failure.Exception),
            ForwarderError.RequestTimedOut => failure.Exception is OperationCanceledException { InnerException: TimeoutException }
                ? AttemptOutcome.ConnectTimedOut
                : AttemptOutcome.TimedOut,

            // An upstream may answer before it has read the request's body, and hang up on the rest: its answer stands.
            ForwarderError.RequestBodyDestination => request.UpstreamStatus != 0 && request.UpstreamStatus == context.Response.StatusCode
                ? AttemptOutcome.Answered
                : context.Response.StatusCode == StatusCodes.Status504GatewayTimeout ? AttemptOutcome.TimedOut : AttemptOutcome.Broken,
            ForwarderError.ResponseHeaders => AttemptOutcome.Broken,
            ForwarderError.ResponseBodyDestination => failure.Exception is OperationCanceledException or TimeoutException
                ? AttemptOutcome.TimedOutInAnswer
                : AttemptOutcome.BrokenInAnswer,
            ForwarderError.UpgradeRequestDestination or ForwarderError.UpgradeResponseDestination => AttemptOutcome.BrokenInAnswer,
            ForwarderError.RequestCreation or ForwarderError.RequestBodyClient => AttemptOutcome.ClientFault,

            // What is left: the client's side of an answer, and connections that were upgraded and then nobody used.
            _ => AttemptOutcome.ClientGone,
        };
    }

    private static AttemptOutcome OfRequest(Exception? exception) => exception is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.VersionNegotiationError,
    }
        ? AttemptOutcome.NotConnected
        : AttemptOutcome.Broken;
}
