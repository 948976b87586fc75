using EventGateway.Proxy.Upstreams.Health;
using Microsoft.AspNetCore.Connections;
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

        if (IsUpstreamLeavingBody(context, failure))
        {
            return OfBody(context, request, failure);
        }

        return failure.Error switch
        {
            ForwarderError.Request => OfRequest(failure.Exception),
            ForwarderError.RequestTimedOut => failure.Exception is OperationCanceledException { InnerException: TimeoutException }
                ? AttemptOutcome.ConnectTimedOut
                : AttemptOutcome.TimedOut,
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

    /// <summary>
    /// Whether it was the upstream that ended the sending of the request's body. An HTTP/2 upstream that goes cancels the reading of what the client
    /// has not sent yet, and YARP takes that for the client's fault; what the client itself breaks off is an abort of its connection.
    /// </summary>
    private static bool IsUpstreamLeavingBody(HttpContext context, IForwarderErrorFeature failure) => failure.Error switch
    {
        ForwarderError.RequestBodyDestination => true,
        ForwarderError.RequestBodyClient or ForwarderError.RequestBodyCanceled => context.Response.StatusCode != StatusCodes.Status408RequestTimeout
            && BodyFaultOf(failure) is OperationCanceledException and not ConnectionAbortedException and not { InnerException: ConnectionAbortedException },
        _ => false,
    };

    private static AttemptOutcome OfBody(HttpContext context, GatewayRequest request, IForwarderErrorFeature failure)
    {
        if (context.Response.StatusCode == StatusCodes.Status504GatewayTimeout && request.UpstreamStatus != StatusCodes.Status504GatewayTimeout)
        {
            return AttemptOutcome.TimedOut;
        }

        // An upstream may answer before it has read the request's body, and hang up on the rest: its answer stands. Of two faults the other is the answer's.
        return request.UpstreamStatus != 0 && failure.Exception is not AggregateException ? AttemptOutcome.Answered
            : context.Response.HasStarted ? AttemptOutcome.BrokenInAnswer
            : AttemptOutcome.Broken;
    }

    // Where both bodies failed YARP names the request's first.
    private static Exception? BodyFaultOf(IForwarderErrorFeature failure) =>
        failure.Exception is AggregateException { InnerExceptions: [var first, ..] } ? first : failure.Exception;

    private static AttemptOutcome OfRequest(Exception? exception) => exception is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.VersionNegotiationError,
    }
        ? AttemptOutcome.NotConnected
        : AttemptOutcome.Broken;
}
